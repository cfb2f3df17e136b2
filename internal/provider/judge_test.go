package provider_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/provider"
)

// A declaration with a hole in it must refuse everything.
func TestWhatIsNotDeclaredIsRefused(t *testing.T) {
	t.Parallel()
	c := check("{}", "X-Sig", sum("{}"))

	for name, scheme := range map[string]provider.Scheme{
		"no scheme": nil, "no schemes": provider.AnyOf{}, "no hash": provider.HMAC{Signature: provider.Header("X-Sig")},
		"no place": provider.HMAC{Hash: provider.SHA256}, "unknown hash": provider.HMAC{Hash: 99, Signature: provider.Header("X-Sig")},
		"unknown encoding": provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig"), Encoding: 99},
		"no algorithm":     provider.Public{Signature: provider.Header("X-Sig")}, "no jwt": provider.JWT{From: provider.Header("X-Sig")},
		"no token": provider.Token{},
	} {
		if got, err := of(scheme).Judge(t.Context(), c); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestOneBlankSecretRefusesEverything(t *testing.T) {
	t.Parallel()
	p := of(provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig")})
	c := check("{}", "X-Sig", sum("{}"))
	if _, err := p.Judge(t.Context(), c); err != nil {
		t.Fatal(err)
	}

	c.Secrets = append(c.Secrets, " ")
	_, err := p.Judge(t.Context(), c)

	refused(t, "with a blank secret", err, provider.BlankSecret)
}

// During a rotation the owner wants to know when the old secret is no longer used.
func TestVerdictSaysWhichSecretMatched(t *testing.T) {
	t.Parallel()
	c := check("{}", "X-Sig", sum("{}"))
	c.Secrets = []provider.Secret{"newer", "s3cret\n"}

	got, err := of(provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig")}).Judge(t.Context(), c)

	if err != nil || got.Secret != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// "1.2" + "." + "3" is "1" + "." + "2.3".
func TestSeparatorInsideAHeaderIsRefused(t *testing.T) {
	t.Parallel()
	p := of(provider.HMAC{
		Hash: provider.SHA256, Signature: provider.Header("X-Sig"),
		Signed: []provider.Piece{provider.Header("X-Id"), provider.Literal("."), provider.Body()},
	})

	_, err := p.Judge(t.Context(), check("b", "X-Id", "1", "X-Sig", sum("1.b")))
	if err != nil {
		t.Error(err)
	}
	_, err = p.Judge(t.Context(), check("b", "X-Id", "1.2", "X-Sig", sum("1.2.b")))
	refused(t, "with a full stop in the id", err, provider.Malformed)
}

// One family of names could be signed and the other one read.
func TestHeaderFamiliesMustNotContradictEachOther(t *testing.T) {
	t.Parallel()
	p := of(provider.StandardWebhooks{})
	c := check("{}", "svix-id", "msg_1", "svix-timestamp", "1772366400", "svix-signature", "v1,AAAA", "webhook-id", "msg_2")
	c.Secrets = []provider.Secret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}

	_, err := p.Judge(t.Context(), c)

	refused(t, "two ids", err, provider.Repeated)
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	c := check("{}")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).InfoContext(context.WithoutCancel(t.Context()), "check", "secret", c.Secrets[0])

	told := fmt.Sprintf("%v %+v %#v %s %x %q %d", c.Secrets, c, c.Secrets, c.Secrets[0], c.Secrets[0], c.Secrets[0], c.Secrets[0]) + log.String()

	if strings.Contains(told, "s3cret") || strings.Contains(told, "733363726574") {
		t.Error(told)
	}
}

func TestRefusalsHaveAKindForTheEdges(t *testing.T) {
	t.Parallel()

	for reason, want := range map[provider.Reason]fault.Kind{
		provider.NoMatch: fault.Unauthenticated, provider.UnknownScheme: fault.Unauthenticated, provider.BlankSecret: fault.Unauthenticated,
		provider.WrongMethod: fault.Unsupported, provider.KeyUnavailable: fault.Unavailable, "newer": fault.Unauthenticated,
	} {
		if got := reason.Kind(); got != want {
			t.Errorf("%s: %v", reason, got)
		}
	}
}

func TestSetupRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	p := of(provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig"), Key: provider.KeyForm{Encoded: true}})
	p.Options = []provider.Option{{Name: "kind", Values: []string{"a", "b"}}, {Name: "id", Required: true}}

	for name, c := range map[string]struct {
		secret  provider.Secret
		options provider.Options
		field   string
	}{
		"unknown option": {"ab", provider.Options{"id": "1", "other": "1"}, "options.other"},
		"missing option": {"ab", provider.Options{}, "options.id"},
		"wrong value":    {"ab", provider.Options{"id": "1", "kind": "c"}, "options.kind"},
		"blank secret":   {"  ", provider.Options{"id": "1"}, "secrets"},
		"not hex":        {"xyz", provider.Options{"id": "1"}, "secrets"},
	} {
		err := p.Setup([]provider.Secret{c.secret}, c.options)
		var f *fault.Error
		if err == nil || !asFault(err, &f) || f.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := p.Setup([]provider.Secret{"ab"}, provider.Options{"id": "1", "kind": "a"}); err != nil {
		t.Error(err)
	}
}

func TestOddIDsAndTypesAreNotKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	p := of(provider.Nothing{})
	p.ID, p.Type = provider.JSONPath("id"), provider.JSONPath("type")

	for _, body := range []string{`{"id":"` + strings.Repeat("x", 5000) + `","type":"` + strings.Repeat("x", 5000) + `"}`, `{"id":"a\nb","type":"a\u0000b"}`} {
		c := check(body)
		c.Secrets = nil
		got, err := p.Judge(t.Context(), c)
		if err != nil || !strings.HasPrefix(got.ID, "sha256:") || got.Type != "" || len(got.Key) > 100 {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// A piece may be there and be empty; the digest of nothing would make one event of all of them.
func TestEmptyIDIsNone(t *testing.T) {
	t.Parallel()
	p := of(provider.HMAC{Hash: provider.SHA256, Signature: provider.Header("X-Sig")})
	p.ID = provider.Optional(provider.Header("X-Id"))

	first, err := p.Judge(t.Context(), check("1", "X-Sig", sum("1")))
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.Judge(t.Context(), check("2", "X-Sig", sum("2")))

	if err != nil || first.ID != "" || first.Key == second.Key {
		t.Errorf("got the id %q, and the keys %q and %q, %v", first.ID, first.Key, second.Key, err)
	}
}
