package hostile_test

import (
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// TestWeakSecretsStopTheStart has T3 and T4.
func TestWeakSecretsStopTheStart(t *testing.T) {
	t.Parallel()
	for name, setting := range map[string]string{
		"T3 empty admin token":     "POSTHORN_ADMIN_TOKEN=",
		"T3 blank admin token":     "POSTHORN_ADMIN_TOKEN=                               ",
		"T4 short admin token":     "POSTHORN_ADMIN_TOKEN=xK9dP2vQm",
		"T4 well-known token":      "POSTHORN_ADMIN_TOKEN=changeme-changeme-changeme-1234",
		"T4 one character":         "POSTHORN_ADMIN_TOKEN=" + strings.Repeat("x", 40),
		"T4 empty JWT secret":      "POSTHORN_JWT_SECRET=",
		"T4 short JWT secret":      "POSTHORN_JWT_SECRET=xK9dP2vQm",
		"T4 well-known JWT secret": "POSTHORN_JWT_SECRET=supersecretsupersecretsupersecret",
		"T4 empty key":             "POSTHORN_ENCRYPTION_KEY=",
		"T4 short key":             "POSTHORN_ENCRYPTION_KEY=eEs5ZFAydlFt",
		"T4 key of zeros":          "POSTHORN_ENCRYPTION_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variable, value, _ := strings.Cut(setting, "=")

			// The listener is taken first, so that a server that starts by mistake is in nobody's way.
			got := harness.Run(t, []string{"POSTHORN_LISTEN=127.0.0.1:0", "POSTHORN_DATA=data", setting}, "serve")

			said := got.Stdout + got.Stderr
			if got.Code == 0 || !strings.Contains(said, variable) || !strings.Contains(said, "openssl rand") {
				t.Errorf("exit code %d and %q, want a refusal that says how to do better", got.Code, said)
			}
			if strings.TrimSpace(value) != "" && strings.Contains(said, value) {
				t.Errorf("the secret is repeated in %q", said)
			}
		})
	}
}

// TestT8WithoutItsKeyADatabaseTellsNoSecrets opens a copy of the data with another key.
func TestT8WithoutItsKeyADatabaseTellsNoSecrets(t *testing.T) {
	t.Parallel()
	first, receiver := harness.Start(t, "POSTHORN_ENCRYPTION_KEY="+keyOf("the first key")), harness.NewReceiver(t)
	newEndpoint(t, first, newApplication(t, first), receiver.URL)
	harness.Equal(t, "exit code", first.Stop(), 0)

	got := harness.Run(t, append([]string{"POSTHORN_LISTEN=127.0.0.1:0", "POSTHORN_ENCRYPTION_KEY=" + keyOf("another key")},
		first.Database...), "serve")

	if got.Code != 2 || !strings.Contains(got.Stderr, "POSTHORN_ENCRYPTION_KEY") {
		t.Errorf("exit code %d and %q, want a refusal that names the key", got.Code, got.Stderr)
	}
}
