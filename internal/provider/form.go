package provider

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"
)

// Bounds on a multipart body, which is parsed before anybody has vouched for it.
const (
	maxParts    = 200
	maxPartSize = 1 << 20
)

// formField returns a field of a URL-encoded or a multipart body, whichever the content type says.
func formField(r *Request, p Piece) (string, error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !strings.EqualFold(kind, "multipart/form-data") {
		return field(string(r.Body), p)
	}
	values, err := partsNamed(multipart.NewReader(bytes.NewReader(r.Body), parameters["boundary"]), p)
	if err != nil {
		return "", err
	}
	return only(values, p, maxPartSize)
}

// partsNamed returns the texts of all parts with a name. Files are passed over.
func partsNamed(reader *multipart.Reader, p Piece) ([]string, error) {
	var values []string
	for range maxParts {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return nil, Refuse(Malformed, p.String())
		}
		if part.FormName() != p.name || part.FileName() != "" {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, maxPartSize+1))
		if err != nil {
			return nil, Refuse(Malformed, p.String())
		}
		values = append(values, string(text))
	}
	return nil, Refuse(TooLong, p.String())
}
