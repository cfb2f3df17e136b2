package transfer

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"
)

// raw is a text that a stranger sent: it need not be UTF-8, as a JSON string must. Where it is not, it is an object with
// its bytes, so that it comes back as it was.
type raw string

type rawBytes struct {
	Bytes []byte `json:"bytes"`
}

// MarshalJSON implements json.Marshaler.
func (r raw) MarshalJSON() ([]byte, error) {
	if !utf8.ValidString(string(r)) {
		return json.Marshal(rawBytes{[]byte(r)})
	}
	return json.Marshal(string(r))
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *raw) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		return json.Unmarshal(text, (*string)(r))
	}
	var b rawBytes
	err := json.Unmarshal(text, &b)
	*r = raw(b.Bytes)
	return err
}

// headerLine are headers by name, each a list of the name and the values.
type headerLine [][]raw

func headerLineOf(header map[string][]string) (all headerLine) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		field := []raw{raw(name)}
		for _, value := range header[name] {
			field = append(field, raw(value))
		}
		all = append(all, field)
	}
	return all
}

func (l headerLine) header() map[string][]string {
	header := map[string][]string{}
	for _, field := range l {
		for n, text := range field {
			if n == 0 {
				header[string(text)] = []string{}
				continue
			}
			header[string(field[0])] = append(header[string(field[0])], string(text))
		}
	}
	return header
}
