package form

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// parseMultipart implements RFC 7578. A text is in the charset of its part, or else of the whole body. A body that was cut
// off is malformed: some of its fields are missing.
func parseMultipart(contentType string, body []byte, most int) ([]Field, error) {
	_, parameters, err := mime.ParseMediaType(contentType)
	boundary := parameters["boundary"]
	if err != nil || boundary == "" || !bytes.Contains(body, []byte("--"+boundary+"--")) {
		return nil, ErrMalformed
	}
	decode := decoderOf(contentType)
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	var fields []Field
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, ErrMalformed
		}
		if len(fields) == most {
			return nil, ErrTooMany
		}
		f, err := fieldOf(part, decode)
		if err != nil {
			return nil, ErrMalformed
		}
		fields = append(fields, f)
	}
}

func fieldOf(part *multipart.Part, decode func(string) string) (Field, error) {
	kind := part.Header.Get("Content-Type")
	f := Field{Name: apply(decode, part.FormName())}
	if file := part.FileName(); file != "" {
		size, err := io.Copy(io.Discard, part)
		f.File = &File{apply(decode, file), kind, size}
		return f, err
	}
	text, err := io.ReadAll(part)
	if own := decoderOf(kind); own != nil {
		decode = own
	}
	f.Value = apply(decode, string(text))
	return f, err
}

func apply(decode func(string) string, text string) string {
	if decode == nil {
		return text
	}
	return decode(text)
}

// decoderOf returns what turns texts of the charset that a content type names into UTF-8; nil if it names none, UTF-8,
// or one that is unknown.
func decoderOf(contentType string) func(string) string {
	if !strings.Contains(strings.ToLower(contentType), "charset") {
		return nil
	}
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil
	}
	charset, err := htmlindex.Get(parameters["charset"])
	if err != nil {
		return nil
	}
	if name, err := htmlindex.Name(charset); err != nil || name == "utf-8" || name == "replacement" {
		return nil
	}
	return func(text string) string {
		decoded, err := charset.NewDecoder().String(text)
		if err != nil {
			return text
		}
		return decoded
	}
}
