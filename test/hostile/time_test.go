package hostile_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

func TestTimesThatJSONCannotHoldHideNoWebhook(t *testing.T) {
	t.Parallel()
	s := harness.Start(t)
	in := newSource(t, s, "stripe", senderSecret)
	for i, created := range []string{"253402300800", "99999999999999", "999999999999999", "1e10", `"9999-12-31T23:59:59-01:00"`, "-1", "1772366400"} {
		wanted(t, created, in.try(t, s, ofStripe(senderSecret, "v1", stampIn(0), `{"id":"evt_`+strconv.Itoa(i)+`","type":"paid","created":`+created+`}`)), http.StatusOK)
	}

	var list struct {
		Data []struct{ ID, OccurredAt string }
	}
	do(t, s, http.MethodGet, in.path+"/received?with_content=true", nil, http.StatusOK).JSON(t, &list)

	var times []string
	for _, one := range list.Data {
		times = append(times, one.OccurredAt)
		do(t, s, http.MethodGet, in.path+"/received/"+one.ID, nil, http.StatusOK)
	}
	harness.Equal(t, "webhooks", len(list.Data), 7)
	harness.Equal(t, "a right time is kept", slices.Contains(times, "2026-03-01T12:00:00Z"), true)
	export := harness.Run(t, s.Database, "export", "--history", "--without-secrets")
	if export.Code != 0 || strings.Count(export.Stdout, `"kind":"received"`) != 7 {
		t.Errorf("the export ends with %d: %.2000s", export.Code, export.Stderr)
	}
}

func TestTimesAtTheEndsOfTheCalendarAreNoFailure(t *testing.T) {
	t.Parallel()
	s := harness.Start(t)
	in := newInlet(t, s, nil)
	in.post(t, "{}", nil)
	endpoint := in.app + "/endpoint/" + newEndpoint(t, s, in.app, "https://example.com/")

	for _, at := range []string{"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-12:00"} {
		for _, path := range []string{
			in.app + "/msg?before=", in.app + "/msg?after=", in.path + "/received?before=", in.path + "/received?after=", in.path + "/refused?since=",
			endpoint + "/stats?since=", endpoint + "/stats?until=", strings.Replace(endpoint, "/endpoint/", "/attempt/endpoint/", 1) + "?before=",
		} {
			if got := s.Do(t, http.MethodGet, path+url.QueryEscape(at), nil).Status; got >= http.StatusInternalServerError || got == http.StatusNotFound {
				t.Errorf("%s%s: got %d", path, at, got)
			}
		}
		for _, body := range []object{{"since": at}, {"since": "2026-01-01T00:00:00Z", "until": at}} {
			if got := s.Do(t, http.MethodPost, endpoint+"/recover", body); got.Status >= http.StatusInternalServerError {
				t.Errorf("recover %v: got %d %s", body, got.Status, got.Body)
			}
		}
	}
	survived(t, s, s.PID())
}
