package signature

// Error is a reason for which a key or a request is refused. Compare with errors.Is; the text never
// contains any part of a secret or of a request.
type Error string

// Error returns the reason.
func (e Error) Error() string { return "signature: " + string(e) }

// Why Verify refuses a request. All of them mean: answer 401 and do not look at the body.
const (
	ErrNoKey              Error = "no key to verify with"
	ErrMissingHeader      Error = "the id, timestamp or signature header is missing"
	ErrMalformedID        Error = "the id contains a full stop"
	ErrMalformedTimestamp Error = "the timestamp is not a plain number of seconds"
	ErrTooOld             Error = "the timestamp is more than five minutes in the past"
	ErrTooNew             Error = "the timestamp is more than five minutes in the future"
	ErrTooManyCandidates  Error = "the header carries more than 16 signatures"
	ErrNoMatch            Error = "no signature matches"
)

// Why Parse, NewSymmetric and NewAsymmetric refuse a key.
const (
	ErrKeyFormat Error = "a key is whsec_, whsk_ or whpk_ followed by base64; the prefix whsec_ may be left out"
	ErrKeyLength Error = "a secret has 24 to 75 bytes, an ed25519 private key 32 or 64, a public one 32"
	ErrKeyPair   Error = "the public half of the private key does not belong to it"
)
