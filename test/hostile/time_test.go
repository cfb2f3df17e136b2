package hostile_test

import (
	"net/http"
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
