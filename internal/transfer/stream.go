package transfer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"filippo.io/age"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
)

// writer writes lines and counts them.
type writer struct {
	json     *json.Encoder
	counts   Counts
	written  int
	progress func(Counts)
	leftOut  func(kind, id string, err error)
}

// told is how many lines lie between two reports of progress.
const told = 10_000

func newWriter(w io.Writer, progress func(Counts)) *writer {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return &writer{json: encoder, counts: Counts{}, progress: progress, leftOut: func(string, string, error) {}}
}

func (w *writer) line(v any) error { return w.json.Encode(v) }

// put writes a line about one thing. One that cannot be written as JSON must not end the export: it is left out, and
// reported.
func (w *writer) put(kind string, v any) error {
	if err := w.line(v); isUnwritable(err) {
		w.leftOut(kind, idOf(v), err)
		return nil
	} else if err != nil {
		return err
	}
	w.counts[kind]++
	if w.written++; w.written%told == 0 && w.progress != nil {
		w.progress(w.counts)
	}
	return nil
}

// isUnwritable reports whether an error says that a value has no form in JSON. The encoder has written nothing then.
func isUnwritable(err error) bool {
	var marshaler *json.MarshalerError
	var value *json.UnsupportedValueError
	return errors.As(err, &marshaler) || errors.As(err, &value)
}

// idOf returns the id of a line, if it has one.
func idOf(line any) string {
	v := reflect.ValueOf(line)
	if v.Kind() != reflect.Struct || v.FieldByName("ID").Kind() != reflect.String {
		return ""
	}
	return v.FieldByName("ID").String()
}

func (w *writer) end() error { return w.line(tail{kindEnd, w.counts}) }

// ageMark is how an encrypted stream begins (https://age-encryption.org/v1).
const ageMark = "age-encryption.org/"

// seal returns where the stream is written to. Under a passphrase it is compressed, which encrypted text cannot
// be any more, and encrypted: `age --decrypt | gunzip` shows it.
func seal(w io.Writer, passphrase secret.String, work int) (io.WriteCloser, error) {
	if passphrase.IsZero() {
		return &layers{Writer: bufio.NewWriterSize(w, 64<<10)}, nil
	}
	recipient, err := age.NewScryptRecipient(passphrase.Reveal())
	if err != nil {
		return nil, err
	}
	if work != 0 {
		recipient.SetWorkFactor(work)
	}
	encrypted, err := age.Encrypt(w, recipient)
	if err != nil {
		return nil, err
	}
	packed, err := gzip.NewWriterLevel(encrypted, gzip.BestSpeed)
	return &layers{Writer: bufio.NewWriterSize(packed, 64<<10), close: []io.Closer{packed, encrypted}}, err
}

// layers are writers one upon the other.
type layers struct {
	*bufio.Writer
	close []io.Closer
}

// Close finishes all of them, but not what is below.
func (l *layers) Close() error {
	err := l.Flush()
	for _, c := range l.close {
		err = errors.Join(err, c.Close())
	}
	return err
}

// mostWork is the log2 of the highest cost of trying a passphrase that a stream may ask for: four times what we ask
// for, and a gigabyte of memory. The stream says it before anything shows who wrote it.
const mostWork = 20

// open returns the lines of a stream, whether it is encrypted or not.
func open(r io.Reader, passphrase secret.String) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	mark, err := buffered.Peek(len(ageMark))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, unreadable(err)
	}
	if string(mark) != ageMark {
		return buffered, nil
	}
	if passphrase.IsZero() {
		return nil, fault.New(fault.Invalid, "passphrase_missing",
			"The export is encrypted: give its passphrase in POSTHORN_EXPORT_PASSPHRASE or with --passphrase-file.")
	}
	identity, err := age.NewScryptIdentity(passphrase.Reveal())
	if err != nil {
		return nil, err
	}
	identity.SetMaxWorkFactor(mostWork)
	plain, err := age.Decrypt(buffered, identity)
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, fault.New(fault.Invalid, "passphrase_wrong", "The passphrase does not open this export: give the one that it was made with.")
	}
	if err != nil {
		return nil, unreadable(err)
	}
	unpacked, err := gzip.NewReader(plain)
	if err != nil {
		return nil, unreadable(err)
	}
	return unpacked, nil
}

// unreadable is the answer to a stream that breaks off or was changed: encryption notices either.
func unreadable(cause error) error {
	return damaged("it breaks off, or was changed, after it was written. Use another copy.").Because(cause)
}

// mostLine bounds a line; the largest holds a payload, in base64, and thousands of targets.
const mostLine = 1 << 30

// reader reads lines.
type reader struct{ scan *bufio.Scanner }

func newReader(r io.Reader) *reader {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, mostLine)
	return &reader{scan}
}

// next returns the next line, and nil at the end.
func (r *reader) next() ([]byte, error) {
	if !r.scan.Scan() {
		if err := r.scan.Err(); err != nil {
			return nil, unreadable(err)
		}
		return nil, nil
	}
	return bytes.TrimSpace(r.scan.Bytes()), nil
}

// head reads the first line and refuses what this program cannot read.
func (r *reader) head() (h head, err error) {
	text, err := r.next()
	if err != nil {
		return h, err
	}
	if json.Unmarshal(text, &h) != nil || h.Posthorn != "export" {
		return h, fault.New(fault.Invalid, "no_export", "This is no export of Posthorn: give one that `posthorn export` wrote, on standard input%s.",
			hint(text))
	}
	if h.Version < oldest || h.Version > Version {
		return h, fault.New(fault.Unsupported, "export_version", "The export has version %d of the format, this program knows versions %d to %d: "+
			"use the program that wrote it, or a newer one.", h.Version, oldest, Version)
	}
	return h, nil
}

// hint says what else a file may be.
func hint(text []byte) string {
	switch {
	case len(text) == 0:
		return "; it is empty"
	case strings.HasPrefix(string(text), "SQLite format 3"):
		return "; a copy of the SQLite file is put in its place as it is"
	}
	return ""
}
