package bench

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
)

// eventType is the type of every message of the benchmark.
const eventType = "bench.message"

// body returns the request body of a publish.
func (c Config) body() ([]byte, error) {
	payload, err := c.payload()
	if err != nil {
		return nil, err
	}
	head := `{"eventType":"` + eventType + `","payload":`
	return append(append([]byte(head), payload...), '}'), nil
}

// payload returns the JSON object that is published.
func (c Config) payload() ([]byte, error) {
	if c.PayloadFile == "" {
		return madeUp(c.PayloadSize), nil
	}
	payload, err := os.ReadFile(c.PayloadFile)
	if err != nil {
		return nil, fault.In("payload", "unreadable", "The payload file cannot be read; give the path of a JSON file.").Because(err)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(payload, &object); err != nil || len(payload) > maxPayload {
		return nil, fault.In("payload", "not_an_object", "The payload file must hold one JSON object of at most 1 MiB.")
	}
	return payload, nil
}

// madeUp returns a JSON object of exactly size bytes (or a little more, if size is tiny) with the mix
// of short members and text that events have.
func madeUp(size int) []byte {
	const head = `{"type":"invoice.paid","data":{"id":"in_1042","customer":"cus_77","amount":129900,` +
		`"currency":"eur","paid":true,"lines":["seat","seat","support"],"note":"`
	const tail = `"}}`
	const words = "thank you for your order and come again soon "
	fill := max(size-len(head)-len(tail), 0)
	if fill == 0 {
		return []byte(`{}`)
	}
	return []byte(head + strings.Repeat(words, fill/len(words)+1)[:fill] + tail)
}
