package secret_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
)

func TestBoxOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	b := box(t, keyText())
	rapid.Check(t, func(rt *rapid.T) {
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(rt, "plaintext")
		context := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(rt, "context")

		sealed, err := b.Seal(plaintext, context)
		if err != nil || len(sealed) != len(plaintext)+secret.Overhead {
			rt.Fatalf("sealed %d bytes into %d, error %v", len(plaintext), len(sealed), err)
		}
		opened, err := b.Open(sealed, context)
		if err != nil || !bytes.Equal(opened, plaintext) {
			rt.Fatalf("opened %q, error %v", opened, err)
		}
	})
}

func TestBoxSealsTheSameSecretDifferentlyEachTime(t *testing.T) {
	t.Parallel()
	b := box(t, keyText())

	equal(t, bytes.Equal(seal(t, b, "secret", "row:1"), seal(t, b, "secret", "row:1")), false)
}

func TestSealedSecretStaysShutInAnotherContext(t *testing.T) {
	t.Parallel()
	b := box(t, keyText())

	staysShut(t, b, seal(t, b, "secret", "endpoint-secret:1"), "endpoint-secret:2")
}

func TestSealedSecretStaysShutUnderAnotherKey(t *testing.T) {
	t.Parallel()

	staysShut(t, box(t, keyText()), seal(t, box(t, keyText()), "secret", "row:1"), "row:1")
}

func TestDamagedSecretStaysShut(t *testing.T) {
	t.Parallel()
	b := box(t, keyText())
	sealed := seal(t, b, "secret", "row:1")
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1

		staysShut(t, b, changed, "row:1")
		staysShut(t, b, sealed[:i], "row:1")
	}
	staysShut(t, b, append(bytes.Clone(sealed), 0), "row:1")
	staysShut(t, b, nil, "row:1")
}

func TestBoxDemandsAContext(t *testing.T) {
	t.Parallel()
	b := box(t, keyText())

	_, err := b.Seal([]byte("secret"), nil)
	refuses(t, err, fault.Internal, "no_secret_context", "context")
	_, err = b.Open(seal(t, b, "secret", "row:1"), nil)
	refuses(t, err, fault.Internal, "no_secret_context", "context")
}

func TestRotationKeepsOldSecretsReadable(t *testing.T) {
	t.Parallel()
	old, next := keyText(), keyText()
	before := seal(t, box(t, old), "secret", "row:1")

	rotated := box(t, next+","+old)
	after := seal(t, rotated, "secret", "row:1")

	opens(t, rotated, before, "row:1", "secret")
	opens(t, box(t, next), after, "row:1", "secret")
	staysShut(t, box(t, old), after, "row:1")
}

func TestKeysMayStandOnLinesWithComments(t *testing.T) {
	t.Parallel()
	old, next := keyText(), keyText()

	b := box(t, "# new\r\n  "+next+" # since May\n\n"+old+"\n")

	opens(t, b, seal(t, box(t, old), "secret", "row:1"), "row:1", "secret")
	opens(t, box(t, next), seal(t, b, "secret", "row:1"), "row:1", "secret")
}

func TestWeakKeyIsRefusedWithTheCommandThatMakesAGoodOne(t *testing.T) {
	t.Parallel()
	encode := base64.StdEncoding.EncodeToString
	for _, weak := range []string{
		"", "  \n", "# only a comment", "changeme", "correct horse battery staple",
		encode([]byte("sixteen bytes!!!")),
		encode([]byte("a passphrase of thirty-two bytes")),
		encode(make([]byte, 32)),
		encode(bytes.Repeat([]byte{0xfe, 1, 0x80, 7}, 8)),
		strings.Repeat("0123456789abcdef", 4),
		keyText() + "," + "short",
		strings.TrimRight(keyText(), "="),
	} {

		b, err := secret.FromText(weak)

		refuses(t, err, fault.Invalid, "bad_encryption_key", "openssl rand -base64 32")
		equal(t, b == nil, true)
		if len(weak) > 4 && strings.Contains(err.Error(), weak) {
			t.Fatalf("the error quotes the key: %v", err)
		}
	}
}

func TestSameKeyTwiceIsRefused(t *testing.T) {
	t.Parallel()
	key := keyText()

	_, err := secret.FromText(key + "," + key)

	refuses(t, err, fault.Invalid, "duplicate_encryption_key", "remove one")
}

func TestBoxIsNeverPrinted(t *testing.T) {
	t.Parallel()
	text := keyText()
	raw, err := base64.StdEncoding.DecodeString(text)
	check(t, err)
	b := box(t, text)
	holder := struct{ box *secret.Box }{b}

	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&printed, verb+verb+verb+verb, b, *b, holder, &holder)
	}

	for _, form := range []string{text, string(raw), fmt.Sprintf("%x", raw), strings.Trim(fmt.Sprint(raw[:6]), "[]")} {
		equal(t, strings.Contains(printed.String(), form), false)
	}
}

func TestEncryptionBringsNoRemoteProcedureCalls(t *testing.T) {
	t.Parallel()

	deps, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()

	check(t, err)
	equal(t, strings.Contains(string(deps), "google.golang.org/grpc"), false)
}
