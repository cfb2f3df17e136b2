package catalog_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

func TestSourceOfAnUnknownKindSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	for name, c := range map[string]struct {
		row  hook.Source
		want string
	}{
		"a newer server's provider": {hook.Source{Provider: "tomorrow"}, `knows no provider "tomorrow"`},
		"a required option":         {hook.Source{Provider: "meta"}, `needs the option "verify_token"`},
		"an option that is gone":    {hook.Source{Provider: "github", Options: map[string]string{"old": "x"}}, `no option "old"`},
		"a path that is a program":  {hook.Source{Provider: "none", Options: map[string]string{"type_path": "a|@this"}}, "A path has names"},
		"a rule that is a program":  {hook.Source{Provider: "none", Rules: hook.SourceRules{Dedupe: hook.Dedupe{By: "json:[@this,@this]"}}}, "A path has names"},
		"nothing to verify with":    {hook.Source{Provider: "none"}, ""},
	} {
		if got := in.Problem(c.row); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestSecretThatIsOverIsMissing(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	source := hook.Source{Provider: "github", Secrets: []hook.SourceSecret{{ExpiresAt: in.time().Add(time.Hour)}}}

	before := in.Problem(source)
	in.pass(time.Hour)
	after := in.Problem(source)

	if before != "" || !strings.Contains(after, "needs a secret") {
		t.Errorf("got %q and then %q", before, after)
	}
}

func TestRulesAreRefusedUnderTheNamesThatTheInterfaceHas(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	for want, rules := range map[string]hook.SourceRules{
		"keep.newHours":      {Keep: hook.Keep{New: time.Minute}},
		"keep.doneHours":     {Keep: hook.Keep{Done: time.Minute}},
		"keep.failedHours":   {Keep: hook.Keep{Failed: time.Minute}},
		"forward.eventTypes": {Forward: hook.Forward{EventTypes: make([]string, catalog.MaxEventTypes+1)}},
		"forward.headers":    {Forward: hook.Forward{Headers: make([]string, 51)}},
	} {
		_, err := in.Create(t.Context(), catalog.NewSource{Name: "a", Provider: "none", Rules: rules})

		var got *fault.Error
		if !errors.As(err, &got) || got.Field != want {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

func TestSecretsAreRefusedWhereNothingIsVerifiedWithThem(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	for _, c := range []struct {
		provider string
		options  map[string]string
		want     string
	}{
		{"none", nil, "The provider none checks nothing and therefore takes no secret"},
		{"paypal", map[string]string{"webhook_id": "1"}, "The provider paypal verifies with keys that the sender publishes"},
	} {
		_, err := in.Create(t.Context(), catalog.NewSource{Name: "a", Provider: c.provider, Options: c.options, Secrets: []string{"topsecret"}})

		var got *fault.Error
		if !errors.As(err, &got) || got.Field != "secrets" || !strings.Contains(got.Detail, c.want) || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%s: got %v", c.provider, err)
		}
	}
}
