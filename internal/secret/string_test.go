package secret_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
)

func TestStringIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const canary = "canary-4711"
	type holder struct {
		Password secret.String `json:"password"`
		hidden   secret.String
	}
	s := secret.Text(canary)
	h := holder{s, s}

	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		fmt.Fprintf(&printed, verb+verb+verb+verb, s, &s, h, &h)
		fmt.Fprintf(&printed, verb+verb, []secret.String{s}, map[string]secret.String{"a": s})
	}
	asJSON, err := json.Marshal([]any{s, &s, h, map[string]any{"a": s}})
	check(t, err)
	printed.Write(asJSON)
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&printed, nil), slog.NewTextHandler(&printed, nil)} {
		slog.New(handler).Info("x", "secret", s, "pointer", &s, "holder", h, "error", fmt.Errorf("a %v", s))
	}

	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary)} {
		if strings.Contains(printed.String(), form) {
			t.Fatalf("found %q in %s", form, printed.String())
		}
	}
}

func TestStringRevealsItsTextOnlyOnRequest(t *testing.T) {
	t.Parallel()
	s := secret.Text("open sesame")

	equal(t, s.Reveal(), "open sesame")
	equal(t, s.String(), secret.Redacted)
	equal(t, s.Equal(secret.Text("open sesame")), true)
	equal(t, s.Equal(secret.Text("open")), false)
}

func TestStringWithoutTextIsEmptyEverywhere(t *testing.T) {
	t.Parallel()
	var s secret.String

	asJSON, err := json.Marshal(s)

	check(t, err)
	equal(t, string(asJSON), `""`)
	equal(t, s.Reveal()+s.String(), "")
	equal(t, s.IsZero() && secret.Text("").IsZero(), true)
}

func TestStringIsReadFromJSONAndText(t *testing.T) {
	t.Parallel()
	var s secret.String

	check(t, json.Unmarshal([]byte(`"from \u4a53ON"`), &s))
	equal(t, s.Reveal(), "from \u4a53ON")
	check(t, json.Unmarshal([]byte(`null`), &s))
	equal(t, s.Reveal(), "from \u4a53ON")
	check(t, s.UnmarshalText([]byte("from text")))
	equal(t, s.Reveal(), "from text")
}

func TestStringRefusesItsOwnRedactedForm(t *testing.T) {
	t.Parallel()
	s := secret.Text("kept")
	shown, err := json.Marshal(s)
	check(t, err)

	err = json.Unmarshal(shown, &s)

	refuses(t, err, fault.Invalid, "redacted_secret", "leave it out")
	equal(t, s.Reveal(), "kept")
}

func TestStringDoesNotQuoteBadJSON(t *testing.T) {
	t.Parallel()
	var s secret.String

	err := json.Unmarshal([]byte(`4711`), &s)

	refuses(t, err, fault.Invalid, "bad_secret", "")
	equal(t, strings.Contains(err.Error(), "4711"), false)
}
