package auth_test

import (
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

const (
	adminA = "a-very-private-word-71c9e2f04b"
	adminB = "b-very-private-word-83d1a6f25c"
)

func TestFirstStartGeneratesAnAdminTokenOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)

	first, err := d.EnsureAdmin(t.Context(), "")
	check(t, err)
	second, err := d.node(t).EnsureAdmin(t.Context(), "")
	check(t, err)

	if who := opens(t, d.Service, first); who.Scope != hook.ScopeServer || who.Name != auth.AdminName {
		t.Errorf("got %+v", who)
	}
	if second != "" {
		t.Error("a second start generated another admin token")
	}
}

func TestNoAdminTokenIsGeneratedBesideAValidServerToken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.create(t, auth.Order{})

	shown, err := d.EnsureAdmin(t.Context(), "")
	check(t, err)

	if shown != "" {
		t.Error("an admin token was generated")
	}
}

func TestChangedAdminTokenEndsTheFormerOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	generated, err := d.EnsureAdmin(t.Context(), "")
	check(t, err)

	_, err = d.EnsureAdmin(t.Context(), adminA)
	check(t, err)
	refused(t, d.Service, generated, "generated earlier")
	opens(t, d.Service, adminA)

	_, err = d.EnsureAdmin(t.Context(), adminB)
	check(t, err)
	refused(t, d.Service, adminA, "configured earlier")
	opens(t, d.Service, adminB)

	_, err = d.EnsureAdmin(t.Context(), adminA)
	check(t, err)
	opens(t, d.Service, adminA)
}

func TestGeneratedAdminTokenEndsHoweverManyTokensCameLater(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	generated, err := d.EnsureAdmin(t.Context(), "")
	check(t, err)
	d.tokens.rows = append(d.tokens.rows, make([]hook.Token, 10_000)...)

	again, err := d.node(t).EnsureAdmin(t.Context(), "")
	check(t, err)
	_, err = d.EnsureAdmin(t.Context(), adminA)
	check(t, err)

	if again != "" {
		t.Error("another admin token was generated beside the first")
	}
	refused(t, d.Service, generated, "generated earlier")
}

func TestRemovedAdminTokenOpensNothingAndANewOneIsGenerated(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, err := d.EnsureAdmin(t.Context(), adminA)
	check(t, err)

	shown, err := d.EnsureAdmin(t.Context(), "")
	check(t, err)

	refused(t, d.Service, adminA, "no longer configured")
	opens(t, d.Service, shown)
}

func TestWeakAdminTokensAreRefusedWithoutQuotingThem(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, token := range map[string]string{
		"blank":          "                        ",
		"short":          "k3j4h5g6f7d8s9a0q1w2e3r",
		"one character":  strings.Repeat("x", 40),
		"nine different": strings.Repeat("abcdefghi", 4),
		"change me":      "Change-Me_please_0123_wxyz",
		"keyboard":       "qwertyuiop-asdfghjkl-zxcvb",
		"spaces":         "k3j4 h5g6 f7d8 s9a0 q1w2 e3r4",
		"line end":       "k3j4h5g6f7d8s9a0q1w2e3r4t5\n",
		"not ASCII":      "k3j4h5g6f7d8s9a0q1w2e3r4ü",
		"region us":      "k3j4h5g6f7d8s9a0q1w2e3.us",
		"region eu":      "k3j4h5g6f7d8s9a0q1w2e3.EU",
		"region in":      "k3j4h5g6f7d8s9a0q1w2e3.in",
		"region ca":      "k3j4h5g6f7d8s9a0q1w2e3.ca",
		"region au":      "k3j4h5g6f7d8s9a0q1w2e3.au",
	} {
		_, err := d.EnsureAdmin(t.Context(), token)

		if fault.CodeOf(err) != "weak_admin_token" {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if strings.Contains(err.Error(), token) || !strings.Contains(err.Error(), "openssl rand") {
			t.Errorf("%s: %q quotes the token or does not say how to make one", name, err)
		}
		refused(t, d.Service, token, name)
	}
}

func TestOrdinaryRandomAdminTokensAreTaken(t *testing.T) {
	t.Parallel()
	for _, token := range []string{
		"ph_test_only_admin_token_000001", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c", adminA,
	} {
		check(t, auth.CheckAdminToken(token))
	}
}
