package config_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
)

const goodAdmin = "ph_test_only_admin_token_000001"

// source is where a test's settings come from.
type source struct {
	file  string
	env   []string
	flags []string
}

func (s source) load(t *testing.T) (config.Loaded, error) {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	args := s.flags
	if s.file != "" {
		path := filepath.Join(t.TempDir(), "posthorn.yaml")
		check(t, os.WriteFile(path, []byte(s.file), 0o600))
		args = append(args, "--config", path)
	}
	check(t, flags.Parse(args))
	return config.Load(flags, s.env)
}

func (s source) mustLoad(t *testing.T) config.Loaded {
	t.Helper()
	loaded, err := s.load(t)
	check(t, err)
	return loaded
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func origin(t *testing.T, l config.Loaded, key string) string {
	t.Helper()
	for _, value := range l.Values {
		if value.Key == key {
			return value.Origin
		}
	}
	t.Fatalf("there is no setting %s", key)
	return ""
}

func TestDefaultsAreInForceWithoutAnything(t *testing.T) {
	t.Parallel()

	l := source{}.mustLoad(t)

	if l.Listen != "127.0.0.1:8071" || l.AttemptTimeout != 15*time.Second || l.MaxBody != 1<<20 ||
		l.ResponseKeep != 16<<10 || l.Retention != 90*24*time.Hour || l.RetrySchedule.Retries() != 9 ||
		l.EventTypes != "open" || !l.AdminToken.IsZero() || l.AllowNetworks != nil {
		t.Errorf("got %+v", l.Config)
	}
}

func TestLaterLayerWinsAndIsTheOrigin(t *testing.T) {
	t.Parallel()
	s := source{
		file:  "listen: 127.0.0.1:1\nqueue: 1000\nlog_level: debug\n",
		env:   []string{"POSTHORN_LISTEN=127.0.0.1:2", "POSTHORN_QUEUE=2000"},
		flags: []string{"--listen", "127.0.0.1:3"},
	}

	l := s.mustLoad(t)

	if l.Listen != "127.0.0.1:3" || l.Queue != 2000 {
		t.Errorf("listen %s, queue %d", l.Listen, l.Queue)
	}
	for key, want := range map[string]string{
		"listen": "flag --listen", "queue": "variable POSTHORN_QUEUE", "data": "default", "log_level": "file ",
	} {
		if got := origin(t, l, key); !strings.HasPrefix(got, want) {
			t.Errorf("%s comes from %q, want %q", key, got, want)
		}
	}
}

func TestEveryFormOfAValueIsRead(t *testing.T) {
	t.Parallel()
	s := source{
		file: "allow_networks:\n  - 127.0.0.0/8\n  - ::1/128\nmemory: 67108864\nallow_http: true\n",
		env: []string{
			"POSTHORN_RETRY_SCHEDULE=1s,2s,5s", "POSTHORN_RETENTION=84h", "POSTHORN_MAX_BODY=2MB",
			"POSTHORN_DATABASE_URL=postgres://u:p@h/d",
		},
	}

	l := s.mustLoad(t)

	if len(l.AllowNetworks) != 2 || l.Memory != 64<<20 || !l.AllowHTTP || l.RetrySchedule.Retries() != 3 ||
		l.Retention != 84*time.Hour || l.MaxBody != 2<<20 || l.DatabaseURL.Reveal() != "postgres://u:p@h/d" {
		t.Errorf("got %+v", l.Config)
	}
}

func TestScheduleTakesDaysAsOtherDurationsDo(t *testing.T) {
	t.Parallel()

	l := source{env: []string{"POSTHORN_RETRY_SCHEDULE=5s, 2h,1d,7d"}}.mustLoad(t)

	for failed, want := range []time.Duration{5 * time.Second, 2 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour} {
		if wait, more := l.RetrySchedule.Wait(failed+1, 0, 0); !more || wait != want {
			t.Errorf("wait %d is %s, want %s", failed+1, wait, want)
		}
	}
}

func TestEmptyScheduleNeverRetries(t *testing.T) {
	t.Parallel()

	l := source{env: []string{"POSTHORN_RETRY_SCHEDULE="}}.mustLoad(t)

	if l.RetrySchedule.Retries() != 0 {
		t.Errorf("%d retries", l.RetrySchedule.Retries())
	}
}

func TestWrongValuesNameFlagVariableKeyAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	for assignment, allowed := range map[string]string{
		"POSTHORN_ATTEMPT_TIMEOUT=61s":      "from 1s to 60s",
		"POSTHORN_ATTEMPT_TIMEOUT=soon":     "15s",
		"POSTHORN_ATTEMPT_TIMEOUT=":         "15s",
		"POSTHORN_MAX_IN_FLIGHT=0":          "from 1 to 10000",
		"POSTHORN_EVENT_TYPES=closed":       "open or strict",
		"POSTHORN_ALLOW_NETWORKS=localhost": "10.1.0.0/16",
		"POSTHORN_ALLOW_NETWORKS=10.0.0.1":  "10.0.0.1/32",
		"POSTHORN_LISTEN=8071":              "host:port",
		"POSTHORN_LISTEN=":                  "host:port",
		"POSTHORN_MAX_BODY=-1":              "from 1KiB",
		"POSTHORN_RETRY_SCHEDULE=1s;2s":     "commas",
		"POSTHORN_PUBLIC_URL=example.com":   "https://",
		"POSTHORN_MEMORY=9000000000GiB":     "from 1MiB",
	} {
		_, err := source{env: []string{assignment}}.load(t)

		name, _, _ := strings.Cut(assignment, "=")
		key := strings.ToLower(strings.TrimPrefix(name, "POSTHORN_"))
		flag := "--" + strings.ReplaceAll(key, "_", "-")
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s gave %v", assignment, err)
			continue
		}
		for _, part := range []string{name, "key " + key, "flag " + flag, allowed} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not say %q", assignment, err, part)
			}
		}
	}
}

func TestRetentionOutlivesRetriesAndIdempotencyKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		schedule, retention string
		fits                bool
	}{
		{"", "72h", true}, {"10h,10h", "96h", true}, {"10h,10h", "95h", false}, {"168h,168h,168h", "20d", false},
	} {
		_, err := source{env: []string{"POSTHORN_RETRY_SCHEDULE=" + c.schedule, "POSTHORN_RETENTION=" + c.retention}}.load(t)

		if (err == nil) != c.fits {
			t.Errorf("%s with %q: got %v", c.retention, c.schedule, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "retry_schedule") || !strings.Contains(err.Error(), "POSTHORN_RETENTION")) {
			t.Errorf("%q does not name both settings", err)
		}
	}
}

func TestAllWrongSettingsAreNamedAtOnce(t *testing.T) {
	t.Parallel()

	_, err := source{env: []string{"POSTHORN_QUEUE=many", "POSTHORN_LOG_FORMAT=xml"}}.load(t)

	if err == nil || !strings.Contains(err.Error(), "queue") || !strings.Contains(err.Error(), "log_format") {
		t.Errorf("got %v", err)
	}
}

func TestSecretsThatAreSetButUselessStopTheStartAndAreNotQuoted(t *testing.T) {
	t.Parallel()
	for _, assignment := range []string{
		"POSTHORN_ADMIN_TOKEN=", "POSTHORN_ADMIN_TOKEN= ", "POSTHORN_ADMIN_TOKEN=changeme-changeme-changeme-123",
		"POSTHORN_JWT_SECRET=", "POSTHORN_JWT_SECRET=short-and-known", "POSTHORN_ENCRYPTION_KEY=", "POSTHORN_ENCRYPTION_KEY=c2hvcnQ=",
		"POSTHORN_ADMIN_TOKEN=[redacted]",
	} {
		_, err := source{env: []string{assignment}}.load(t)

		name, value, _ := strings.Cut(assignment, "=")
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s gave %v", assignment, err)
			continue
		}
		if strings.TrimSpace(value) != "" && strings.Contains(err.Error(), value) {
			t.Errorf("%q quotes the secret", err)
		}
	}
}

func TestUnknownKeyOfTheFileIsRefusedWithASuggestion(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"attempt_timout: 3s":          "did you mean attempt_timeout?",
		"server:\n  listen: 1.2.3.4":  "server.listen",
		"admin_token: 12345678901234": "in quotes",
		"listen: [":                   "not YAML",
		"queue: 100\nqueue: 200":      "already defined",
	} {
		_, err := source{file: file}.load(t)

		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gave %v", file, err)
		}
	}
}

func TestMissingFileIsASentence(t *testing.T) {
	t.Parallel()

	_, err := source{env: []string{"POSTHORN_CONFIG=/nowhere/posthorn.yaml"}}.load(t)

	if err == nil || !strings.Contains(err.Error(), "/nowhere/posthorn.yaml cannot be read (no such file or directory)") {
		t.Errorf("got %v", err)
	}
}

func TestUnknownVariableIsAWarningWithASuggestion(t *testing.T) {
	t.Parallel()

	l := source{env: []string{"POSTHORN_LISTN=127.0.0.1:1", "POSTHORN_SERVICE_HOST=10.0.0.1", "OTHER=1"}}.mustLoad(t)

	if len(l.Warnings) != 2 || !strings.Contains(l.Warnings[0], "did you mean POSTHORN_LISTEN?") {
		t.Errorf("got %q", l.Warnings)
	}
}

// Whoever exports the secret of one command in a shell starts the server there, too.
func TestVariableThatAnyCommandReadsIsNoSlip(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`POSTHORN_[A-Z_]*[A-Z]`)
	seen := map[string]bool{config.ExportPassphrase: true, config.ImportToken: true, config.VerifySecret: true, config.BenchDatabase: true}
	check(t, filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, name := range named.FindAllString(string(text), -1) {
			seen[name] = true
		}
		return err
	}))
	delete(seen, "POSTHORN_TEST_CLOCK_OFFSET") // a server for operators does not read it, nor the next
	delete(seen, "POSTHORN_TEST_CLOCK_FILE")
	delete(seen, "POSTHORN_CONFIG") // it would be read

	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	config.AddFlags(flags)
	for name := range seen {
		loaded, err := config.Load(flags, []string{name + "=x"})
		if err == nil && len(loaded.Warnings) != 0 || err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v %q", name, err, loaded.Warnings)
		}
	}
}

func TestMistypedVariableOfACommandIsWarnedOf(t *testing.T) {
	t.Parallel()

	l := source{env: []string{"POSTHORN_VERIFY_SECRT=x"}}.mustLoad(t)

	if len(l.Warnings) != 1 || !strings.Contains(l.Warnings[0], "did you mean POSTHORN_VERIFY_SECRET?") {
		t.Errorf("got %q", l.Warnings)
	}
}

func TestDaysAreShownAsDays(t *testing.T) {
	t.Parallel()

	_, err := source{env: []string{"POSTHORN_RETRY_SCHEDULE=", "POSTHORN_RETENTION=70h"}}.load(t)
	_, long := source{env: []string{"POSTHORN_RETRY_SCHEDULE=10h,10h", "POSTHORN_RETENTION=4d", "POSTHORN_RECEIVED_STUCK=31d"}}.load(t)
	_, short := source{env: []string{"POSTHORN_RETRY_SCHEDULE=10h,10h", "POSTHORN_RETENTION=95h"}}.load(t)

	for want, err := range map[string]error{"from 3d to 3650d": err, "from 5m to 30d": long, "at least 4d, which is": short, "the 3d for which": short} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestPrintedSettingsAreAFileThatSaysTheSameAndShowNoSecret(t *testing.T) {
	t.Parallel()
	first := source{env: []string{"POSTHORN_ALLOW_NETWORKS=127.0.0.0/8", "POSTHORN_QUEUE=1234", "POSTHORN_ALLOW_HTTP=true"}}.mustLoad(t)
	var printed strings.Builder
	check(t, first.WriteYAML(&printed))

	second := source{file: printed.String()}.mustLoad(t)

	for i, value := range first.Values {
		if second.Values[i].Text != value.Text {
			t.Errorf("%s was %q and came back as %q", value.Key, value.Text, second.Values[i].Text)
		}
	}
	withSecret := source{env: []string{"POSTHORN_ADMIN_TOKEN=" + goodAdmin}}.mustLoad(t)
	printed.Reset()
	check(t, withSecret.WriteYAML(&printed))
	if strings.Contains(printed.String(), goodAdmin) || !strings.Contains(printed.String(), "[redacted]") {
		t.Errorf("got %s", printed.String())
	}
}

func TestSecretsHaveNoFlag(t *testing.T) {
	t.Parallel()
	for _, s := range config.Settings() {
		if s.Secret && s.Flag != "" && s.Key != "database_url" {
			t.Errorf("%s has a flag", s.Key)
		}
	}
}

func TestReferencePageIsFresh(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	check(t, config.WriteReference(&page))

	committed, err := os.ReadFile("../../docs/reference/settings.md")
	check(t, err)

	if string(committed) != page.String() {
		t.Error("docs/reference/settings.md is stale; run: go run ./cmd/posthorn config reference > docs/reference/settings.md")
	}
}
