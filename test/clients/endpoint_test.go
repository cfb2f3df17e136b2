package clients_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/test/harness"
)

func TestEndpointKeepsWhatItWasCreatedWith(t *testing.T) {
	t.Parallel()
	j := start(t)
	app := j.app("acme")

	created, err := j.Endpoint.Create(t.Context(), "acme", &svix.EndpointIn{
		Url: j.receiver.URL + "/hook", Uid: ptr("first"), Description: ptr("The first one"),
		FilterTypes: []string{"user.created"}, Channels: []string{"blue"},
		Metadata: &map[string]string{"team": "x"}, Disabled: ptr(true),
	})
	harness.Check(t, err)
	byID, err := j.Endpoint.Get(t.Context(), app.Id, created.Id)
	harness.Check(t, err)
	byUID, err := j.Endpoint.Get(t.Context(), "acme", "first")
	harness.Check(t, err)

	harness.Equal(t, "endpoint by id", byID, created)
	harness.Equal(t, "endpoint by uid", byUID, created)
	harness.Equal(t, "description", created.Description, "The first one")
	harness.Equal(t, "event types", created.FilterTypes, []string{"user.created"})
	harness.Equal(t, "channels", created.Channels, []string{"blue"})
	harness.Equal(t, "metadata", created.Metadata, map[string]string{"team": "x"})
	harness.Equal(t, "disabled", created.GetDisabled(), true)
}

func TestEndpointPatchTellsNullFromAbsent(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	created, err := j.Endpoint.Create(t.Context(), "acme", &svix.EndpointIn{
		Url: j.receiver.URL, Uid: ptr("first"), FilterTypes: []string{"user.created"}, RateLimit: ptr(int32(50)),
	})
	harness.Check(t, err)

	kept, err := j.Endpoint.Patch(t.Context(), "acme", created.Id, &svix.EndpointPatch{Description: ptr("new")})
	harness.Check(t, err)
	harness.Equal(t, "patched description", kept.Description, "new")
	harness.Equal(t, "uid when absent", kept.GetUid(), "first")
	harness.Equal(t, "event types when absent", kept.FilterTypes, []string{"user.created"})
	harness.Equal(t, "url when absent", kept.Url, created.Url)

	cleared, err := j.Endpoint.Patch(t.Context(), "acme", created.Id, &svix.EndpointPatch{
		Uid: *svix.NullableString(nil), RateLimit: *svix.NullableInt32(nil),
	})
	harness.Check(t, err)
	harness.Equal(t, "uid when null", cleared.Uid, nil)
	harness.Equal(t, "rate limit when null", cleared.RateLimit, nil)
	harness.Equal(t, "description when absent", cleared.Description, "new")
}

func TestEndpointUpdateReplacesOrCreates(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	created := j.endpoint("acme", "/old")

	replaced, err := j.Endpoint.Update(t.Context(), "acme", created.Id, &svix.EndpointUpdate{
		Url: j.receiver.URL + "/new", Description: ptr("moved"),
	})
	harness.Check(t, err)
	upserted, err := j.Endpoint.Update(t.Context(), "acme", "second", &svix.EndpointUpdate{
		Url: j.receiver.URL + "/second", Uid: ptr("second"),
	})
	harness.Check(t, err)

	harness.Equal(t, "id after an update", replaced.Id, created.Id)
	harness.Equal(t, "url after an update", replaced.Url, j.receiver.URL+"/new")
	harness.Equal(t, "uid of the upserted endpoint", upserted.GetUid(), "second")
}

func TestEndpointHeadersAreSentAndSensitiveOnesHidden(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	endpoint := j.endpoint("acme", "/")

	harness.Check(t, j.Endpoint.UpdateHeaders(t.Context(), "acme", endpoint.Id, &svix.EndpointHeadersIn{
		Headers: map[string]string{"X-Team": "blue", "Authorization": "Bearer hidden-value"},
	}))
	harness.Check(t, j.Endpoint.PatchHeaders(t.Context(), "acme", endpoint.Id, &svix.EndpointHeadersPatchIn{
		Headers: map[string]string{"X-Region": "north"},
	}))
	shown, err := j.Endpoint.GetHeaders(t.Context(), "acme", endpoint.Id)
	harness.Check(t, err)
	message := j.publish("acme", "user.created")
	arrival := j.receiver.Wait(t, 1, harness.Of(message.Id))[0]

	for name, value := range shown.Headers {
		if value == "Bearer hidden-value" {
			t.Errorf("the value of %s is shown", name)
		}
	}
	isAuthorization := func(name string) bool { return strings.EqualFold(name, "authorization") }
	harness.Equal(t, "Authorization is named as sensitive", slices.ContainsFunc(shown.Sensitive, isAuthorization), true)
	harness.Equal(t, "a patched header as sent", arrival.Header.Get("X-Region"), "north")
	harness.Equal(t, "a kept header as sent", arrival.Header.Get("X-Team"), "blue")
	harness.Equal(t, "a hidden header as sent", arrival.Header.Get("Authorization"), "Bearer hidden-value")
}

func TestDisabledAndDeletedEndpointsGetNothing(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	disabled, deleted := j.endpoint("acme", "/disabled"), j.endpoint("acme", "/deleted")
	j.endpoint("acme", "/open")

	_, err := j.Endpoint.Patch(t.Context(), "acme", disabled.Id, &svix.EndpointPatch{Disabled: ptr(true)})
	harness.Check(t, err)
	harness.Check(t, j.Endpoint.Delete(t.Context(), "acme", deleted.Id))
	_, errGet := j.Endpoint.Get(t.Context(), "acme", deleted.Id)
	message := j.publish("acme", "user.created")
	j.attempts("acme", message.Id, 1)

	refused(t, "get of a deleted endpoint", errGet, http.StatusNotFound)
	for _, arrival := range j.receiver.Arrivals() {
		harness.Equal(t, "path of an arrival", arrival.Path, "/open")
	}
}

func TestEndpointFiltersByEventTypeAndChannel(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.app("acme")
	_, err := j.Endpoint.Create(t.Context(), "acme", &svix.EndpointIn{
		Url: j.receiver.URL + "/filtered", FilterTypes: []string{"user.created"}, Channels: []string{"blue"},
	})
	harness.Check(t, err)

	publish := func(eventType string, channels ...string) string {
		in := &svix.MessageIn{EventType: eventType, Payload: map[string]any{}, Channels: channels}
		message, err := j.Message.Create(t.Context(), "acme", in)
		harness.Check(t, err)
		return message.Id
	}
	publish("user.deleted", "blue")
	publish("user.created", "red")
	wanted := publish("user.created", "red", "blue")
	got := j.receiver.Wait(t, 1, harness.Any)

	harness.Equal(t, "the first message through the filter", got[0].MessageID(), wanted)
}

func TestRecoverSendsAgainWhatHasFailed(t *testing.T) {
	t.Parallel()
	j := start(t, "POSTHORN_RETRY_SCHEDULE=100ms")
	j.app("acme")
	endpoint := j.endpoint("acme", "/")
	j.receiver.AnswerStatus(http.StatusInternalServerError)
	before := j.publish("acme", "user.created")
	after := j.publish("acme", "user.created")
	for _, id := range []string{before.Id, after.Id} {
		j.attempts("acme", id, 2)
	}
	j.awaitNothingOpen("acme", endpoint.Id)

	j.receiver.AnswerStatus(http.StatusOK)
	task, err := j.Endpoint.Recover(t.Context(), "acme", endpoint.Id, &svix.RecoverIn{
		Since: before.Timestamp.Add(-time.Minute),
	})
	harness.Check(t, err)

	harness.Equal(t, "task", string(task.Task), "endpoint.recover")
	for _, id := range []string{before.Id, after.Id} {
		j.receiver.Wait(t, 3, harness.Of(id))
		newest := j.attempts("acme", id, 3)[0]
		harness.Equal(t, "status of the recovering attempt", newest.Status, success)
	}
}

// awaitNothingOpen waits until no message of the endpoint has a further attempt planned.
func (j *journey) awaitNothingOpen(app, endpoint string) {
	j.t.Helper()
	harness.Eventually(j.t, "all deliveries have ended", func() bool {
		list, err := j.MessageAttempt.ListAttemptedMessages(j.t.Context(), app, endpoint, nil)
		harness.Check(j.t, err)
		for _, message := range list.Data {
			if message.NextAttempt != nil || message.Status == pending {
				return false
			}
		}
		return true
	})
}

func TestEndpointStatsCountByStatus(t *testing.T) {
	t.Parallel()
	j := start(t, "POSTHORN_RETRY_SCHEDULE=1h")
	j.app("acme")
	endpoint := j.endpoint("acme", "/")
	j.attempts("acme", j.publish("acme", "a").Id, 1)
	j.receiver.AnswerStatus(http.StatusInternalServerError)
	j.attempts("acme", j.publish("acme", "b").Id, 1)

	var stats *svix.EndpointStats
	harness.Eventually(t, "both attempts are counted", func() bool {
		var err error
		stats, err = j.Endpoint.GetStats(t.Context(), "acme", endpoint.Id)
		harness.Check(t, err)
		return stats.Success+stats.Fail+stats.Pending+stats.Sending >= 2
	})

	harness.Equal(t, "successes", stats.Success, int64(1))
	none, err := j.Endpoint.GetStatsWithOptions(t.Context(), "acme", endpoint.Id, svix.EndpointStatsOptions{
		Until: ptr(endpoint.CreatedAt.Add(-time.Hour)),
		Since: ptr(endpoint.CreatedAt.Add(-2 * time.Hour)),
	})
	harness.Check(t, err)
	harness.Equal(t, "stats of a time before", none, &svix.EndpointStats{})
}
