package signature_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/posthorn/posthorn/signature"
)

// The sender signs, the receiver verifies, and a changed body is refused.
func Example() {
	key, err := signature.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		panic(err)
	}
	sent := time.Unix(1614265330, 0)
	body := []byte(`{"test": 2432232314}`)

	header := http.Header{}
	header.Set(signature.HeaderID, "msg_p5jXN8AQM9LWM0D4loKWxJek")
	header.Set(signature.HeaderTimestamp, strconv.FormatInt(sent.Unix(), 10))
	header.Set(signature.HeaderSignature, string(signature.Sign(nil, "msg_p5jXN8AQM9LWM0D4loKWxJek", sent.Unix(), body, key)))

	verifier, err := signature.NewVerifier(key)
	if err != nil {
		panic(err)
	}
	received := sent.Add(2 * time.Second) // time.Now() in a program
	fmt.Println(header.Get(signature.HeaderSignature))
	fmt.Println(verifier.Verify(header, body, received))
	fmt.Println(errors.Is(verifier.Verify(header, []byte(`{}`), received), signature.ErrNoMatch))
	fmt.Println(key)
	// Output:
	// v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
	// <nil>
	// true
	// whsec_[redacted]
}
