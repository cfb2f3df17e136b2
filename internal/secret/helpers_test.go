package secret_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
)

// keyText returns a new key as `openssl rand -base64 32` prints it.
func keyText() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return base64.StdEncoding.EncodeToString(key)
}

func box(t *testing.T, text string) *secret.Box {
	t.Helper()
	b, err := secret.FromText(text)
	check(t, err)
	return b
}

func seal(t *testing.T, b *secret.Box, plaintext, context string) []byte {
	t.Helper()
	sealed, err := b.Seal([]byte(plaintext), []byte(context))
	check(t, err)
	return sealed
}

// opens asserts that b opens sealed to want.
func opens(t *testing.T, b *secret.Box, sealed []byte, context, want string) {
	t.Helper()
	got, err := b.Open(sealed, []byte(context))
	check(t, err)
	if !bytes.Equal(got, []byte(want)) {
		t.Fatalf("opened %q, want %q", got, want)
	}
}

// staysShut asserts that b does not open sealed and says so as an internal error.
func staysShut(t *testing.T, b *secret.Box, sealed []byte, context string) {
	t.Helper()
	got, err := b.Open(sealed, []byte(context))
	refuses(t, err, fault.Internal, "secret_unreadable", "")
	if got != nil {
		t.Fatalf("opened %q", got)
	}
}

// refuses asserts that err has the kind and code and that its sentence contains hint.
func refuses(t *testing.T, err error, kind fault.Kind, code, hint string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code || !strings.Contains(f.Detail, hint) {
		t.Fatalf("got error %v, want kind %d, code %s and a hint at %q", err, kind, code, hint)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
}
