package auth_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/posthorn/posthorn/internal/auth"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

func TestCreatedTokenOpensWhatItsScopeSays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text, token := d.create(t, auth.Order{Name: "tenant", Scope: hook.ScopeApplication, Application: 7})

	who := opens(t, d.Service, text)

	want := auth.Identity{Scope: hook.ScopeApplication, ApplicationKey: 7, Name: "tenant", TokenID: token.ID}
	if diff := cmp.Diff(want, who); diff != "" {
		t.Error(diff)
	}
}

func TestTextOfATokenIsLongAndHasNoDotAndIsNotStored(t *testing.T) {
	t.Parallel()
	d := newDesk(t)

	text, _ := d.create(t, auth.Order{})

	if !strings.HasPrefix(text, "ph_") || len(text) < 3+32 || strings.Contains(text, ".") {
		t.Errorf("%q is not the text of a token", text)
	}
	stored := d.tokens.rows[0]
	if stored.Hint != text[:8] || strings.Contains(string(stored.Hash[:]), text[8:]) {
		t.Errorf("hint %q of %q", stored.Hint, text)
	}
}

func TestUnknownExpiredAndRevokedTokensLookTheSame(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	expired, _ := d.create(t, auth.Order{TTL: time.Second})
	revoked, token := d.create(t, auth.Order{})
	check(t, d.Revoke(t.Context(), token.ID))
	d.now.pass(time.Second)

	_, want := d.Authenticate(t.Context(), "ph_unknown")
	for _, bearer := range []string{expired, revoked, "", strings.Repeat("x", 1<<20)} {
		_, err := d.Authenticate(t.Context(), bearer)

		if fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%.40q: got %v, want unauthenticated", bearer, err)
		}
		if err.Error() != want.Error() {
			t.Errorf("%.40q: %q differs from %q", bearer, err, want)
		}
	}
}

func TestRevocationBitesAtOnceHereAndWithinFiveSecondsElsewhere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.node(t)
	text, token := d.create(t, auth.Order{})
	opens(t, d.Service, text)
	opens(t, other, text)

	check(t, d.Revoke(t.Context(), token.ID))

	refused(t, d.Service, text, "the process that revoked")
	d.now.pass(2 * time.Second)
	refused(t, other, text, "another process two seconds later")
}

func TestVerdictIsNeverBelievedPastTheEndOfItsToken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text, _ := d.create(t, auth.Order{TTL: time.Second})
	opens(t, d.Service, text)

	d.now.pass(time.Second)

	refused(t, d.Service, text, "expired a moment ago")
}

func TestCallersWithinAMomentShareOneRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text, _ := d.create(t, auth.Order{})

	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() {
			opens(t, d.Service, text)
			refused(t, d.Service, "ph_unknown", "unknown")
		})
	}
	callers.Wait()

	if d.tokens.reads != 2 {
		t.Errorf("%d reads for one known and one unknown token", d.tokens.reads)
	}
}

func TestFailingStoreIsUnavailableAndNotRemembered(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text, _ := d.create(t, auth.Order{})
	d.tokens.fail = errors.New("disk on fire")

	_, err := d.Authenticate(t.Context(), text)
	d.tokens.fail = nil

	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
	opens(t, d.Service, text)
}

func TestPortalTokenEndsAndCanBeLoggedOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)

	text, expires, err := d.IssuePortal(t.Context(), 7, time.Hour)
	check(t, err)
	who := opens(t, d.Service, text)
	check(t, d.Logout(t.Context(), who))

	if who.Scope != hook.ScopePortal || who.ApplicationKey != 7 || !expires.Equal(d.now.read().Add(time.Hour)) {
		t.Errorf("got %+v until %s", who, expires)
	}
	refused(t, d.Service, text, "logged out")
}

func TestServerTokenCannotBeLoggedOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	text, _ := d.create(t, auth.Order{})

	err := d.Logout(t.Context(), opens(t, d.Service, text))

	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("got %v, want forbidden", err)
	}
}

func TestOrdersThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for field, order := range map[string]auth.Order{
		"name":        {Scope: hook.ScopeServer},
		"name ":       {Scope: hook.ScopeServer, Name: "Admin"},
		"name  ":      {Scope: hook.ScopeServer, Name: "ci\x00"},
		"name   ":     {Scope: hook.ScopeServer, Name: "ci\xff"},
		"scope":       {Scope: hook.ScopePortal, Name: "ci", Application: 7},
		"application": {Scope: hook.ScopeApplication, Name: "ci"},
		"ttl":         {Scope: hook.ScopeServer, Name: "ci", TTL: -1},
	} {
		_, _, err := d.Create(t.Context(), order)

		var problem *fault.Error
		if !errors.As(err, &problem) || problem.Kind != fault.Invalid || problem.Field != strings.TrimSpace(field) {
			t.Errorf("%+v gave %v", order, err)
		}
	}
	if _, _, err := d.Create(t.Context(), auth.Order{Name: "ci", Scope: hook.ScopeApplication, Application: 8}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a missing application gave %v", err)
	}
}
