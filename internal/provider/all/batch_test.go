package all_test

import "testing"

// A batch in which no event has an id has none itself; "[]" would be that of all of them.
func TestBatchWithoutIDsHasNone(t *testing.T) {
	t.Parallel()

	for name, bodies := range map[string][2]string{
		"hubspot":    {`[{"subscriptionType":"contact.creation"}]`, `[{"subscriptionType":"contact.deletion"}]`},
		"line":       {`{"events":[{"type":"message"}]}`, `{"events":[{"type":"follow"}]}`},
		"gocardless": {`{"events":[{"action":"paid"}]}`, `{"events":[{"action":"failed"}]}`},
		"sendgrid":   {`[{"event":"open"}]`, `[{"event":"click"}]`},
		"okta":       {`{"data":{"events":[{"eventType":"a"}]}}`, `{"data":{"events":[{"eventType":"b"}]}}`},
	} {
		for _, s := range samples() {
			if s.provider != name {
				continue
			}
			s.body = bodies[0]
			first := judged(t, s.declared(t), s.good(t))
			s.body = bodies[1]
			second := judged(t, s.declared(t), s.good(t))
			if first.ID != "" || first.Key == second.Key {
				t.Errorf("%s: got the id %q, and the keys %q and %q", s.name(), first.ID, first.Key, second.Key)
			}
		}
	}
}
