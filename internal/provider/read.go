package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode"
)

// Bounds on what is read of a request that nobody has vouched for yet.
const (
	maxValue = 4 << 10 // of one header, parameter or field; a 4096-bit signature in base64 has 684 bytes
	maxToken = 16 << 10
)

// Read returns what stands at p, or a Refusal: Missing if nothing or an empty text stands there, Repeated if it
// stands there twice, because the sender may have signed one and the reader look at the other.
func (p Piece) Read(c *Check) (string, error) {
	v := view{c: c}
	return v.read(p)
}

// view is a request with the timestamp that its signature carries.
type view struct {
	c     *Check
	stamp string
}

func (v view) read(p Piece) (string, error) {
	switch p.kind {
	case header:
		return headerValue(v.c.Request.Header[http.CanonicalHeaderKey(p.name)], p)
	case query:
		return queryField(v.c.Request.Query, p)
	case formValue:
		return formField(&v.c.Request, p)
	case jsonPath:
		return atPath(v.c.Request.Body, p)
	case jsonWithin:
		return v.readWithin(p)
	case unreadable:
		return "", Refuse(BadOption, p.name)
	case option:
		return only([]string{v.c.Option(p.name)}, p, maxValue)
	case stamp:
		return only([]string{v.stamp}, p, maxValue)
	case computed:
		return p.compute(v.c)
	case first, joined, optional:
		return v.readSeveral(p)
	}
	return v.readWhole(p)
}

// readWhole reads the pieces that are always there.
func (v view) readWhole(p Piece) (string, error) {
	r := &v.c.Request
	switch p.kind {
	case text:
		return p.name, nil
	case body:
		return string(r.Body), nil
	case address:
		return only([]string{r.URL()}, p, maxToken)
	case method:
		return strings.ToUpper(r.Method), nil
	case digest:
		sum := sha256.Sum256(r.Body)
		return hex.EncodeToString(sum[:]), nil
	}
	return "", Refuse(Missing, p.String())
}

func (v view) readSeveral(p Piece) (string, error) {
	switch p.kind {
	case optional:
		s, err := v.read(p.of[0])
		if errors.Is(err, Missing) {
			return "", nil
		}
		return s, err
	case first:
		for _, one := range p.of {
			if s, err := v.read(one); !errors.Is(err, Missing) {
				return s, err
			}
		}
		return "", Refuse(Missing, p.String())
	}
	parts := make([]string, 0, len(p.of))
	for _, one := range p.of {
		s, err := v.read(one)
		if err != nil {
			return "", err
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, p.name), nil
}

// readWithin reads a place in the JSON that stands at another place.
func (v view) readWithin(p Piece) (string, error) {
	text, err := v.read(p.of[0])
	if err != nil {
		return "", err
	}
	found, ok := p.path.Get(text)
	if !ok {
		return "", Refuse(Missing, p.String())
	}
	return only([]string{found}, p, len(text))
}

// write sends what stands at p to w; the body is not copied.
func (v view) write(w io.Writer, p Piece) error {
	if p.kind == body {
		_, err := w.Write(v.c.Request.Body)
		return err
	}
	s, err := v.read(p)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, s)
	return err
}

// writeAll sends all pieces to w. A header or a parameter must not contain the separator that follows it:
// "1.2" + "." + "3" and "1" + "." + "2.3" would be the same signed text.
func (v view) writeAll(w io.Writer, pieces []Piece) error {
	for i, p := range pieces {
		if i+1 < len(pieces) && (p.kind == header || p.kind == query) && pieces[i+1].kind == text {
			s, err := v.read(p)
			if err != nil {
				return err
			}
			if strings.Contains(s, pieces[i+1].name) {
				return Refuse(Malformed, p.String())
			}
		}
		if err := v.write(w, p); err != nil {
			return err
		}
	}
	return nil
}

// only returns the one value that must be there.
func only(values []string, p Piece, most int) (string, error) {
	switch {
	case len(values) > 1:
		return "", Refuse(Repeated, p.String())
	case len(values) == 0 || strings.TrimSpace(values[0]) == "":
		return "", Refuse(Missing, p.String())
	case len(values[0]) > most:
		return "", Refuse(TooLong, p.String())
	}
	return values[0], nil
}

// headerValue returns a header without control characters. No server lets one through, a captured request in a file
// may have them, and decoders of base64 skip line breaks.
func headerValue(values []string, p Piece) (string, error) {
	value, err := only(values, p, maxToken)
	if err == nil && strings.ContainsFunc(value, unicode.IsControl) {
		return "", Refuse(Malformed, p.String())
	}
	return value, err
}

// atPath returns a value of a JSON body. The body need not be valid behind the place that is asked for.
func atPath(body []byte, p Piece) (string, error) {
	found, ok := p.path.GetBytes(body)
	if !ok {
		return "", Refuse(Missing, p.String())
	}
	return only([]string{found}, p, len(body))
}
