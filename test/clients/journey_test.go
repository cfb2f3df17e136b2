package clients_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"testing"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/test/harness"
)

// journey is one test's server, receiver and Go client.
type journey struct {
	*svix.Svix
	t        *testing.T
	server   *harness.Server
	receiver *harness.Receiver
}

func start(t *testing.T, settings ...string) *journey {
	t.Helper()
	server := harness.Start(t, settings...)
	return &journey{t: t, server: server, receiver: harness.NewReceiver(t), Svix: client(t, server, server.Token)}
}

func client(t *testing.T, server *harness.Server, token string) *svix.Svix {
	t.Helper()
	base, err := url.Parse(server.URL)
	harness.Check(t, err)
	return svix.New(token, &svix.SvixOptions{ServerUrl: base, HTTPClient: server.Client()})
}

// app creates an application whose uid and name are both name.
func (j *journey) app(name string) *svix.ApplicationOut {
	j.t.Helper()
	app, err := j.Application.Create(j.t.Context(), &svix.ApplicationIn{Name: name, Uid: &name})
	harness.Check(j.t, err)
	return app
}

// endpoint creates an endpoint of app at a path of the receiver, for all event types.
func (j *journey) endpoint(app, path string) *svix.EndpointOut {
	j.t.Helper()
	endpoint, err := j.Endpoint.Create(j.t.Context(), app, &svix.EndpointIn{Url: j.receiver.URL + path})
	harness.Check(j.t, err)
	return endpoint
}

// publish publishes a small message of a type.
func (j *journey) publish(app, eventType string) *svix.MessageOut {
	j.t.Helper()
	in := &svix.MessageIn{EventType: eventType, Payload: map[string]any{"type": eventType}}
	message, err := j.Message.Create(j.t.Context(), app, in)
	harness.Check(j.t, err)
	return message
}

// attempts waits until msg has n attempts that have ended, and returns them, the newest first. An
// attempt is stored a moment after its request has reached the receiver.
func (j *journey) attempts(app, msg string, n int) []svix.MessageAttemptOut {
	j.t.Helper()
	var ended []svix.MessageAttemptOut
	harness.Eventually(j.t, "the attempts of "+msg+" are listed", func() bool {
		list, err := j.MessageAttempt.ListByMsg(j.t.Context(), app, msg, nil)
		harness.Check(j.t, err)
		ended = ended[:0]
		for _, attempt := range list.Data {
			if attempt.Status == success || attempt.Status == failed {
				ended = append(ended, attempt)
			}
		}
		return len(ended) >= n
	})
	return ended
}

// The numbers of a status on the wire; the library gives them no exported names.
const (
	success svix.MessageStatus = 0
	pending svix.MessageStatus = 1
	failed  svix.MessageStatus = 2
)

// refused reports an error if err is not the library's error for the given status with the body that
// every failure has.
func refused(t *testing.T, what string, err error, status int) {
	t.Helper()
	var failure *svix.Error
	if !errors.As(err, &failure) {
		t.Errorf("%s: got %v, want a refusal with %d", what, err, status)
		return
	}
	harness.Equal(t, what+": status", failure.Status(), status)
	var body struct{ Code, Detail any }
	if err := json.Unmarshal(failure.Body(), &body); err != nil || body.Detail == nil {
		t.Errorf("%s: the body is no JSON with a detail: %s", what, failure.Body())
	}
	if status != http.StatusUnprocessableEntity && body.Code == nil {
		t.Errorf("%s: the body has no code: %s", what, failure.Body())
	}
}

func ptr[T any](v T) *T { return &v }
