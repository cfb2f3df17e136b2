package clients_test

import (
	"testing"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/test/harness"
)

func TestRawPayloadArrivesByteForByteUnderItsContentType(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	endpoint := j.endpoint("acme", "/hook")
	for text, kind := range map[string]string{
		"{ \"amount\" : 1.50,\r\n\t\"big\": 12345678901234567890 }": "application/json",
		"a=1&b=%zz;c \u0000\u2028 \"é\"\\":                          "application/x-www-form-urlencoded",
		"[1]":                                                       `text/plain; charset="utf-8"`,
	} {
		in := &svix.MessageIn{EventType: "user.created", Payload: map[string]any{}}
		in.SetTransformationsParams(map[string]any{"rawPayload": text, "headers": map[string]any{"Content-Type": kind}})

		message, err := j.Message.Create(t.Context(), "acme", in)
		harness.Check(t, err)
		arrival := j.receiver.Wait(t, 1, harness.Of(message.Id))[0]
		_, err = j.Message.Get(t.Context(), "acme", message.Id)

		harness.Check(t, err)
		harness.Equal(t, "body", string(arrival.Body), text)
		harness.Equal(t, "content type", arrival.Header.Get("Content-Type"), kind)
		harness.Check(t, verify(arrival, j.secret("acme", endpoint.Id)))
	}
}
