// Package pack turns what has no column type of its own into bytes and texts, and back. Both engines keep
// the same ones, so that what one has written can be copied into the other as it is.
package pack

import (
	"encoding/binary"
	"encoding/json"

	"github.com/posthorn/posthorn/internal/hook"
)

// Keys keeps rising keys as their differences in unsigned varints: one or two bytes for each of an
// application's endpoints.
func Keys(keys []hook.Key) []byte {
	packed := make([]byte, 0, 2*len(keys)+binary.MaxVarintLen64)
	var last hook.Key
	for _, key := range keys {
		packed = binary.AppendUvarint(packed, uint64(key-last)) //nolint:gosec // rising, so not negative
		last = key
	}
	return packed
}

// KeysOf returns the keys that Keys made packed from.
func KeysOf(packed []byte) []hook.Key {
	keys := make([]hook.Key, 0, len(packed))
	var last hook.Key
	for len(packed) > 0 {
		step, n := binary.Uvarint(packed)
		if n <= 0 {
			panic("pack: a list of targets is damaged")
		}
		last += hook.Key(step) //nolint:gosec // written by Keys
		keys, packed = append(keys, last), packed[n:]
	}
	return keys
}

// List keeps a list of names as a JSON array, and none as the empty text. Names hold no characters that
// JSON escapes, so a reader finds them as they are.
func List(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return text(list)
}

// Labels keeps the caller's labels as a JSON object.
func Labels(metadata map[string]string) string {
	if len(metadata) == 0 {
		return "{}"
	}
	return text(metadata)
}

// Headers keeps the headers of an answer as a JSON object, and none as the empty text.
func Headers(headers map[string]string) string {
	if len(headers) == 0 {
		return ""
	}
	return text(headers)
}

// text returns v as JSON.
func text(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic("pack: texts did not become JSON: " + err.Error())
	}
	return string(encoded)
}
