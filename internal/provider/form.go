package provider

import (
	"errors"

	"github.com/posthorn/posthorn/internal/form"
)

// Bounds on a form, which is parsed before it is verified.
const (
	maxParts  = 200   // of a multipart body
	maxFields = 2_000 // of a query or a URL-encoded body; more than any provider sends, few enough to parse
)

// widest is how many bytes of UTF-8 one byte of another charset can become.
const widest = 3

// Form returns the fields of a URL-encoded or a multipart body, whichever the content type says. Its error is a Refusal.
func (r *Request) Form() ([]form.Field, error) {
	most := maxFields
	kind := r.Header.Get("Content-Type")
	if r.mediaType() == form.Multipart {
		most = maxParts
	}
	fields, err := form.Parse(kind, r.Body, most)
	return fields, formRefusal(err, "form")
}

// formRefusal turns an error of package form into a Refusal.
func formRefusal(err error, where string) error {
	switch {
	case errors.Is(err, form.ErrTooMany):
		return Refuse(TooLong, where)
	case err != nil:
		return Refuse(Malformed, where)
	}
	return nil
}

// formField returns a field of the body. Files are passed over.
func formField(r *Request, p Piece) (string, error) {
	fields, err := r.Form()
	if err != nil {
		return "", err
	}
	return fieldNamed(fields, p, widest*len(r.Body))
}

// queryField returns a parameter of a query.
func queryField(query string, p Piece) (string, error) {
	fields, err := form.ParseQuery(query, maxFields)
	if err != nil {
		return "", formRefusal(err, p.String())
	}
	return fieldNamed(fields, p, len(query))
}

func fieldNamed(fields []form.Field, p Piece, most int) (string, error) {
	var values []string
	for _, f := range fields {
		if f.Name == p.name && f.File == nil {
			values = append(values, f.Value)
		}
	}
	return only(values, p, most)
}
