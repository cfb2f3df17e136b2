package catalog_test

import (
	"bytes"
	"crypto/rand"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/catalog"
	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider/all"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// inlets are sources on a real database, with a clock that the test moves.
type inlets struct {
	*catalog.Sources
	vault directory.SourceVault

	mu      sync.Mutex
	now     time.Time
	changed []hook.Key
}

func newInlets(t *testing.T) *inlets {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "posthorn.db"), sqlite.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	box, _, err := secret.LoadOrCreate(filepath.Join(t.TempDir(), "key"), rand.Reader)
	check(t, err)
	ids := id.NewSource(rand.Reader)
	in := &inlets{vault: directory.NewSourceVault(box), now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	zone := clock.Func(in.time)
	in.Sources = catalog.NewSources(db, catalog.SourceConfig{
		Applications: catalog.NewApplications(db, ids, zone, directory.New(db, directory.NewVault(box))),
		Providers:    all.Catalog(), Box: box, IDs: ids, Random: rand.Reader, Clock: zone, MaxBody: 1 << 20, Changes: in,
	})
	return in
}

func (in *inlets) time() time.Time {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.now
}

func (in *inlets) pass(d time.Duration) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.now = in.now.Add(d)
}

// SourceChanged implements catalog.SourceChanges.
func (in *inlets) SourceChanged(source hook.Key) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.changed = append(in.changed, source)
}

// live returns the secrets that count now.
func (in *inlets) live(t *testing.T, ref string) (texts []string) {
	t.Helper()
	s, err := in.Get(t.Context(), 0, ref)
	check(t, err)
	for _, sealed := range s.LiveSecrets(in.time()) {
		text, err := in.vault.OpenSecret(s.ID, sealed)
		check(t, err)
		texts = append(texts, text)
	}
	return texts
}

func TestSourcesSecretsAreSealedToTheirSource(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	one, err := in.Create(t.Context(), catalog.NewSource{Name: "one", Provider: "github", Secrets: []string{"topsecret"}})
	check(t, err)
	two, err := in.Create(t.Context(), catalog.NewSource{Name: "two", Provider: "github", Secrets: []string{"topsecret"}})
	check(t, err)

	_, err = in.vault.OpenSecret(two.ID, one.Secrets[0].Sealed)

	if err == nil || bytes.Contains(one.Secrets[0].Sealed, []byte("topsecret")) {
		t.Errorf("got %v and %q", err, one.Secrets[0].Sealed)
	}
}

func TestFormerSecretCountsForATime(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	s, err := in.Create(t.Context(), catalog.NewSource{Name: "one", UID: "one", Provider: "github", Secrets: []string{"old"}})
	check(t, err)

	check(t, in.RotateSecret(t.Context(), "one", "new", time.Hour))
	during := in.live(t, "one")
	in.pass(time.Hour)
	after := in.live(t, "one")

	if strings.Join(during, " ") != "new old" || strings.Join(after, " ") != "new" {
		t.Errorf("got %v and then %v", during, after)
	}
	if len(in.changed) != 2 || in.changed[1] != s.Key {
		t.Errorf("told of %v", in.changed)
	}
}

func TestOnlyASourceWithoutASecretLearnsOne(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	s, err := in.Create(t.Context(), catalog.NewSource{Name: "one", UID: "one", Provider: "asana"})
	check(t, err)

	first := in.Learn(t.Context(), s.Key, "b537207f20cbfa02357cf448134da559")
	second := in.Learn(t.Context(), s.Key, "another, from anybody")

	if got := in.live(t, "one"); first != nil || fault.KindOf(second) != fault.Conflict || len(got) != 1 || got[0] != "b537207f20cbfa02357cf448134da559" {
		t.Errorf("got %v, %v and %q", first, second, got)
	}
}

func TestLearnedSecretIsShownForAnHour(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	s, err := in.Create(t.Context(), catalog.NewSource{Name: "one", UID: "one", Provider: "notion"})
	check(t, err)
	check(t, in.Learn(t.Context(), s.Key, "secret_told"))
	learned, err := in.Get(t.Context(), 0, "one")
	check(t, err)

	in.pass(time.Hour - time.Second)
	during, err := in.Learned(learned)
	check(t, err)
	in.pass(time.Second)
	after, err := in.Learned(learned)
	check(t, err)

	if during != "secret_told" || after != "" || len(in.live(t, "one")) != 1 {
		t.Errorf("got %q and then %q", during, after)
	}
}

func TestOptionThatNamesAHeaderNoRequestCanHaveIsRefused(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	try := func(provider, option, value, where string) error {
		options := map[string]string{option: value}
		if where != "" {
			options["in"] = where
		}
		_, err := in.Create(t.Context(), catalog.NewSource{Name: "a", Provider: provider, Options: options})
		return err
	}

	for _, bad := range []string{"X Signature", " X-Signature", "X-A\r\nX-B", "X-A:", "Über"} {
		for _, option := range []string{"header", "timestamp_header", "id_header"} {
			if err := try("hmac", option, bad, ""); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s %q: got %v", option, bad, err)
			}
		}
		if err := try("api-key", "name", bad, ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("name %q: got %v", bad, err)
		}
	}
	check(t, try("hmac", "header", "X-Sig_1", ""))
	check(t, try("api-key", "name", "the key", "query"))
}

func TestAddressesAreUnlikeEachOtherAndOpenAgain(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	seen := map[string]bool{}
	for range 10 {
		s, err := in.Create(t.Context(), catalog.NewSource{Name: "any", Provider: "none"})
		check(t, err)
		key, err := in.AddressKey(s)
		check(t, err)
		if len(key) != 32 || seen[key] || directory.KeyHash(key) != s.URLHash || bytes.Contains(s.URLSealed, []byte(key)) {
			t.Errorf("got %q", key)
		}
		seen[key] = true
	}
}

func TestProviderIsAskedAboutOptionsAndTheSecretsThatAreThere(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	_, err := in.Create(t.Context(), catalog.NewSource{Name: "m", UID: "m", Provider: "github", Secrets: []string{"not base64!"}})
	check(t, err)
	other := "standard-webhooks"

	_, err = in.Patch(t.Context(), "m", catalog.SourcePatch{Provider: &other})
	_, missing := in.Create(t.Context(), catalog.NewSource{Name: "n", Provider: "meta", Secrets: []string{"abc"}})

	if fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "base64!") || fault.KindOf(missing) != fault.Invalid {
		t.Errorf("got %v and %v", err, missing)
	}
}

func TestFormerAddressesAreNotTheCallersToGive(t *testing.T) {
	t.Parallel()
	in := newInlets(t)
	_, err := in.Create(t.Context(), catalog.NewSource{Name: "a", UID: "a", Provider: "none"})
	check(t, err)
	_, err = in.Readdress(t.Context(), "a")
	check(t, err)

	s, _, err := in.Put(t.Context(), "a", catalog.NewSource{Name: "b", Provider: "none", Rules: hook.SourceRules{
		Former: []hook.FormerURL{{Hash: make([]byte, 32), ExpiresAt: in.time().Add(time.Hour)}},
	}})
	check(t, err)

	if len(s.Rules.Former) != 1 || bytes.Equal(s.Rules.Former[0].Hash, make([]byte, 32)) {
		t.Errorf("got %+v", s.Rules.Former)
	}
}
