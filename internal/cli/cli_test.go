package cli_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/posthorn/posthorn/internal/cli"
)

// result is how a command ended.
type result struct {
	code     int
	out, err string
}

func run(t *testing.T, environ []string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := cli.Run(t.Context(), cli.Env{Args: args, Environ: environ, Program: "posthorn", Out: &out, Err: &err})
	return result{code, out.String(), err.String()}
}

// failsWith checks the code and that one sentence says all of these parts.
func (r result) failsWith(t *testing.T, code int, parts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d: %s", r.code, code, r.err)
	}
	for _, part := range parts {
		if !strings.Contains(r.err, part) {
			t.Errorf("%q does not say %q", r.err, part)
		}
	}
	if lines := strings.Count(r.err, "\n"); lines != 1 || !strings.HasPrefix(r.err, "posthorn: ") || r.out != "" {
		t.Errorf("more than one sentence: %q and %q", r.err, r.out)
	}
}

func TestFileThatIsNotThereHasOneExitCode(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "nothing")
	for _, line := range []string{
		"verify " + missing, "verify --header A:b --body " + missing, "verify --secret-file " + missing + " " + capturedHook(t, ""),
		"import " + missing, "export --passphrase-file " + missing, "import --passphrase-file " + missing,
		"import svix --url https://a.example --token-file " + missing, "config print --config " + missing, "serve --config " + missing,
	} {
		command := strings.Fields(line)
		help := run(t, nil, append(slices.Clip(command[:1+strings.Count(line, "import svix")+strings.Count(line, "config print")]), "--help")...).out

		run(t, nil, command...).failsWith(t, 4, missing)

		if !strings.Contains(help, "\n  4  what was named is not there\n") {
			t.Errorf("%s does not list the exit code: %s", line, help)
		}
	}
}

func TestSlipsOfTheFingerGetOneSentenceWithASuggestion(t *testing.T) {
	t.Parallel()
	for line, parts := range map[string][]string{
		"sevre":                      {`"posthorn sevre"`, "did you mean serve?"},
		"token crate":                {"did you mean create?", "posthorn token --help"},
		"serve --lisen 127.0.0.1:1":  {"--lisen", "did you mean --listen?"},
		"serve --completely-unknown": {"--completely-unknown", "posthorn serve --help"},
		"serve -x":                   {"-x"},
		"serve extra":                {`"extra"`},
		"serve --allow-http false":   {"--allow-http=false"},
		"serve --listen":             {"--listen"},
		"serve --queue many":         {"--queue", "POSTHORN_QUEUE", "from 100"},
		"token create --expires 3x":  {"--expires"},
		"token revoke":               {"posthorn token list"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			run(t, nil, strings.Fields(line)...).failsWith(t, 2, parts...)
		})
	}
}

func TestEveryCommandSaysItsExitCodes(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"serve", "bench", "bench suite", "demo", "verify", "migrate up", "migrate down", "migrate status", "token create", "token list", "token revoke",
		"config print", "config reference", "version",
	} {
		help := run(t, nil, append(strings.Fields(line), "--help")...)

		if help.code != 0 || !strings.Contains(help.out, "Exit codes:\n  0  done\n") {
			t.Errorf("help of %s: %d %s", line, help.code, help.out)
		}
	}
}

func TestPrintedSettingsNameTheirOriginAndWarningsGoElsewhere(t *testing.T) {
	t.Parallel()

	r := run(t, []string{"POSTHORN_QUEUE=1234", "POSTHORN_QUEU=1"}, "config", "print", "--log-level", "debug")

	if r.code != 0 || !regexp.MustCompile(`(?m)^queue: 1234 +# variable POSTHORN_QUEUE$`).MatchString(r.out) ||
		!regexp.MustCompile(`(?m)^log_level: "debug" +# flag --log-level$`).MatchString(r.out) {
		t.Errorf("%d %s", r.code, r.out)
	}
	if !strings.Contains(r.err, "POSTHORN_QUEU is no setting; did you mean POSTHORN_QUEUE?") {
		t.Errorf("got %q", r.err)
	}
}

func TestTokenIsCreatedListedAndRevoked(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	env := []string{"POSTHORN_DATA=" + data}
	if r := run(t, env, "migrate", "up"); r.code != 0 || !strings.Contains(r.out, "Schema ") {
		t.Fatalf("%+v", r)
	}

	created := run(t, env, "token", "create", "--name", "ci", "--expires", "1h")
	text := strings.TrimSpace(created.out)
	id := regexp.MustCompile(`tok_\w+`).FindString(created.err)
	listed := run(t, env, "token", "list")
	revoked := run(t, env, "token", "revoke", id)
	after := run(t, env, "token", "list", "--json")

	if !regexp.MustCompile(`^ph_\w{32}$`).MatchString(text) || strings.Contains(listed.out, text) || strings.Contains(created.err, text) {
		t.Errorf("created %+v, listed %s", created, listed.out)
	}
	if !regexp.MustCompile(id + ` +"ci" +server .* valid\n`).MatchString(listed.out) {
		t.Errorf("listed %s", listed.out)
	}
	if revoked.code != 0 || !strings.Contains(after.out, `"state": "revoked"`) {
		t.Errorf("revoked %+v, then %s", revoked, after.out)
	}
}

func TestTokensOfAFolderWithoutDataAreASentence(t *testing.T) {
	t.Parallel()
	data := t.TempDir()

	run(t, nil, "token", "list", "--data", data).failsWith(t, 4, data, "--data", "POSTHORN_DATA")

	if left, err := os.ReadDir(data); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func TestTokenThatDoesNotExistCannotBeRevoked(t *testing.T) {
	t.Parallel()
	env := []string{"POSTHORN_DATA=" + filepath.Join(t.TempDir(), "data")}
	run(t, env, "migrate", "up")

	run(t, env, "token", "revoke", "ci").failsWith(t, 2, "posthorn token list")
	run(t, env, "token", "revoke", "tok_2ZzY3kQdPnD5vXwGm9sT1uEoHcA").failsWith(t, 4, "no such token")
}

func TestServerThatCannotStartSaysWhatToDo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // the test is over
	serve := func(listen, data string, more ...string) result {
		return run(t, more, "serve", "--listen", listen, "--data", data)
	}

	serve(taken.Addr().String(), folder).failsWith(t, 5, taken.Addr().String(), "in use by another program", "--listen")
	serve("127.0.0.1:0", filepath.Join(file, "data")).failsWith(t, 6, "data directory", "writable", "--data")
	serve("127.0.0.1:0", folder, "POSTHORN_ADMIN_TOKEN=").failsWith(t, 2, "POSTHORN_ADMIN_TOKEN", "set but empty", "openssl rand")
	serve("127.0.0.1:0", folder, "POSTHORN_ADMIN_TOKEN=changeme").failsWith(t, 2, "POSTHORN_ADMIN_TOKEN", "24 characters")
	serve("127.0.0.1:0", folder, "POSTHORN_JWT_SECRET=short").failsWith(t, 2, "POSTHORN_JWT_SECRET", "32 bytes")
	serve("127.0.0.1:0", folder, "POSTHORN_JWT_SECRET=0f8f3b0d1c2e4a5968778695a4b3c2d1e0f1").failsWith(t, 2,
		"POSTHORN_JWT_ORGANIZATION", "org_23rb8YdGqMT0qIzpgGwdXfHirMu")
	serve("127.0.0.1:0", folder, "POSTHORN_DATABASE_URL=postgres://127.0.0.1:1/x").failsWith(t, 6, "PostgreSQL", "check that it runs")
}

func TestServerShowsItsAdminTokenOnceAndKeepsASecondOneOut(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	adminToken := regexp.MustCompile(`Admin token:  ph_\w{32}`)

	first := serveOnce(t, data, func() {
		run(t, nil, "serve", "--listen", "127.0.0.1:0", "--data", data).failsWith(t, 5, "Another Posthorn (process ", data)
		run(t, nil, "migrate", "up", "--data", data).failsWith(t, 5, "Another Posthorn")
		if r := run(t, nil, "token", "list", "--data", data); r.code != 0 || !strings.Contains(r.out, `"admin"`) {
			t.Errorf("token list beside the server: %+v", r)
		}
	})
	second := serveOnce(t, data, func() {})

	if first.code != 0 || !adminToken.MatchString(first.out) || !strings.Contains(first.out, "posthorn demo") {
		t.Errorf("first start: %+v", first)
	}
	if second.code != 0 || adminToken.MatchString(second.out) {
		t.Errorf("second start: %+v", second)
	}
}

// serveOnce runs a server, calls during once it is ready, and then stops it as a signal would.
func serveOnce(t *testing.T, data string, during func()) result {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, err := &signalled{word: "Posthorn is ready", seen: make(chan struct{})}, &bytes.Buffer{}
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Run(ctx, cli.Env{
			Args: []string{"serve", "--listen", "127.0.0.1:0", "--data", data}, Program: "posthorn", Out: out, Err: err,
		})
	}()
	select {
	case <-out.seen:
		during()
		stop()
		code := <-ended
		return result{code, out.String(), err.String()}
	case code := <-ended:
		t.Fatalf("it ended with %d: %s", code, err)
		return result{}
	}
}

// signalled is a buffer that says when a word was written.
type signalled struct {
	mu     sync.Mutex
	buffer bytes.Buffer
	word   string
	seen   chan struct{}
	once   sync.Once
}

func (s *signalled) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.buffer.Write(p)
	if strings.Contains(s.buffer.String(), s.word) {
		s.once.Do(func() { close(s.seen) })
	}
	return n, err
}

func (s *signalled) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buffer.String()
}
