package bodypath

import "bytes"

// WithoutBOM returns a JSON body without the byte order mark that some senders put before it. A sender must not, and a
// reader may ignore it (RFC 8259, section 8.1). What is signed has it.
func WithoutBOM(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\uFEFF")) }
