package receive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/receive"
)

func TestHeadersGoAlongWhenTheRuleNamesThemAndCredentialsNever(t *testing.T) {
	t.Parallel()
	came := map[string][]string{
		"Content-Type": {"application/json"}, "X-Github-Event": {"push"}, "X-Many": {"a", "b"}, "Posthorn-Sent": {"2"}, "X-Near": {"1"},
		"Authorization": {"Bearer x"}, "Cookie": {"a=b"}, "X-Token": {"hidden"}, "X-Echo": {"it was " + signing}, "Connection": {"X-Near"},
		"Webhook-Id": {"theirs"}, "X-Forwarded-For": {"192.0.2.1"}, "X-Long": {strings.Repeat("x", hook.MaxCarriedValue+1)},
	}
	for name, c := range map[string]struct {
		rule []string
		want map[string][]string
	}{
		"none":  {nil, nil},
		"some":  {[]string{"x-gitHub-event", "X-Missing", "Authorization", "cookie", "X-Token", "Posthorn-Sent", "X-Near"}, map[string][]string{"X-Github-Event": {"push"}}},
		"a few": {[]string{"X-Many", "X-Github-Event"}, map[string][]string{"X-Github-Event": {"push"}, "X-Many": {"a", "b"}}},
		"all":   {[]string{"*"}, map[string][]string{"X-Github-Event": {"push"}, "X-Many": {"a", "b"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t, func(s *hook.Source) { s.Provider, s.Rules.Forward.Headers = "none", c.rule })
			in.start(t)

			in.after(t, with(signed(`{"a" :1}`), func(r *receive.Request) { r.Header = came }))

			got := in.press.made()[0]
			if diff := cmp.Diff(hook.Carried{Headers: c.want, Hops: 2}, got.Carried, cmpopts.EquateEmpty()); diff != "" || string(got.Payload) != `{"a" :1}` {
				t.Errorf("of %s got (+), want (-):\n%s", got.Payload, diff)
			}
		})
	}
}

func TestWebhookOfAnotherPosthornIsTakenUnlessItGoesRound(t *testing.T) {
	t.Parallel()
	for sent, hops := range map[string]int{"": -1, "0": 0, "1": 1, "7": hook.MaxHops, "8": -1, "99999999999999999999": -1, "-1": -1, "+1": -1, "one": -1, "1, 1": -1} {
		t.Run(sent, func(t *testing.T) {
			t.Parallel()
			in := newIntake(t)
			in.start(t)
			r := with(signed(`{}`), func(r *receive.Request) { r.Header["Posthorn-Sent"] = []string{sent} })

			if hops < 0 {
				_, err := in.send(r)
				if cause(err) != receive.CauseLoop || kindOf(err) != fault.Conflict || len(in.memory.received) != 0 {
					t.Errorf("got %v", err)
				}
				return
			}
			in.after(t, r)
			if got := in.press.made()[0].Carried; got.Hops != hops || got.Headers != nil {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestCountOfHopsIsKeptAlthoughAProxyCallsItItsOwn(t *testing.T) {
	t.Parallel()
	in := newIntake(t)
	in.start(t)

	in.after(t, with(signed(`{}`), func(r *receive.Request) {
		r.Header["Posthorn-Sent"], r.Header["Connection"] = []string{"3"}, []string{"Posthorn-Sent"}
	}))

	if got := in.press.made()[0].Carried.Hops; got != 3 || fmt.Sprint(in.memory.received[0].Headers["Posthorn-Sent"]) != "[3]" {
		t.Errorf("got %d of %v", got, in.memory.received[0].Headers)
	}
}

func TestSomeHeadersNeverGoAlong(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"X-GitHub-Event": true, "x-request-id": true, "X-Event-Key": true, "X-Author": true, "X-Authorization-Code": false, "X-Authored-Auth": false,
		"authorization": false, "Cookie": false, "Connection": false, "X-Gitlab-Token": false, "X-Api-Key": false,
		"webhook-id": false, "Content-Type": false, "X-Forwarded-For": false, "X_Name": false, "": false,
	} {
		if got := receive.Forwards(name); got != want {
			t.Errorf("%q: got %t", name, got)
		}
	}
}
