package clients_test

import (
	"strings"
	"testing"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/test/harness"
)

// verify checks an arrival with both libraries that receivers written in Go use.
func verify(a harness.Arrival, secret string) error {
	first, err := standard.NewWebhook(secret)
	if err != nil {
		return err
	}
	if err := first.Verify(a.Body, a.Header); err != nil {
		return err
	}
	second, err := svix.NewWebhook(secret)
	if err != nil {
		return err
	}
	return second.Verify(a.Body, a.Header)
}

func (j *journey) secret(app, endpoint string) string {
	j.t.Helper()
	out, err := j.Endpoint.GetSecret(j.t.Context(), app, endpoint)
	harness.Check(j.t, err)
	return out.Key
}

func TestOldAndNewSecretVerifyAfterARotation(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	endpoint := j.endpoint("acme", "/")
	old := j.secret("acme", endpoint.Id)

	before := j.receiver.Wait(t, 1, harness.Of(j.publish("acme", "before").Id))[0]
	harness.Check(t, j.Endpoint.RotateSecret(t.Context(), "acme", endpoint.Id, &svix.EndpointSecretRotateIn{}))
	fresh := j.secret("acme", endpoint.Id)
	after := j.receiver.Wait(t, 1, harness.Of(j.publish("acme", "after").Id))[0]

	if !strings.HasPrefix(fresh, "whsec_") || fresh == old {
		t.Error("the rotation has not made a new secret that starts with whsec_")
	}
	harness.Check(t, verify(before, old))
	harness.Check(t, verify(after, old))
	harness.Check(t, verify(after, fresh))
	if verify(before, fresh) == nil {
		t.Error("a request from before the rotation verifies with the secret made later")
	}
	harness.Equal(t, "signatures during the rotation", len(strings.Fields(after.Header.Get("webhook-signature"))), 2)
}

func TestGivenSecretsAreUsed(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	const first = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
	const second = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	endpoint, err := j.Endpoint.Create(t.Context(), "acme", &svix.EndpointIn{Url: j.receiver.URL, Secret: ptr(first)})
	harness.Check(t, err)

	harness.Equal(t, "given secret", j.secret("acme", endpoint.Id), first)
	harness.Check(t, j.Endpoint.RotateSecret(t.Context(), "acme", endpoint.Id, &svix.EndpointSecretRotateIn{Key: ptr(second)}))
	harness.Equal(t, "given secret of a rotation", j.secret("acme", endpoint.Id), second)
	arrival := j.receiver.Wait(t, 1, harness.Of(j.publish("acme", "after").Id))[0]

	harness.Check(t, verify(arrival, first))
	harness.Check(t, verify(arrival, second))
}

func TestAlteredBodyDoesNotVerify(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	endpoint := j.endpoint("acme", "/")
	arrival := j.receiver.Wait(t, 1, harness.Of(j.publish("acme", "a").Id))[0]

	arrival.Body = append([]byte(" "), arrival.Body...)

	if verify(arrival, j.secret("acme", endpoint.Id)) == nil {
		t.Error("a body with one more byte verifies")
	}
}
