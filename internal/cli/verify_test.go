package cli_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const hubSecret = "It's a Secret to Everybody"

// capturedHook writes a request as GitHub sends it, with something behind the body that was signed.
func capturedHook(t *testing.T, after string) string {
	t.Helper()
	const body = `{"zen":"Design for failure."}`
	mac := hmac.New(sha256.New, []byte(hubSecret))
	mac.Write([]byte(body))
	return file(t, "POST /in/x HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\nX-GitHub-Event: ping\r\n"+
		"X-Hub-Signature-256: sha256="+hex.EncodeToString(mac.Sum(nil))+"\r\n\r\n"+body+after)
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCapturedWebhookVerifiesOrSaysWhy(t *testing.T) {
	t.Parallel()
	variable := []string{"POSTHORN_VERIFY_SECRET=" + hubSecret}
	good, mangled := capturedHook(t, ""), capturedHook(t, "\n")
	for name, c := range map[string]struct {
		environ []string
		args    []string
		code    int
		says    string
	}{
		"good":           {variable, []string{"--provider", "github", good}, 0, "Verifies as github.\n"},
		"found out":      {variable, []string{good}, 0, "Verifies as github.\n"},
		"from a file":    {nil, []string{"--provider", "github", "--secret-file", file(t, hubSecret+"\n"), good}, 0, "type       ping"},
		"mangled":        {variable, []string{"--provider", "github", mangled}, 3, "line break at the end is removed"},
		"another secret": {[]string{"POSTHORN_VERIFY_SECRET=x"}, []string{"--provider", "github", good}, 3, "What it may be:\n- secret:"},
		"not GitLab":     {variable, []string{"--provider", "gitlab", good}, 3, "verifies as github, not as gitlab"},
	} {
		r := run(t, c.environ, append([]string{"verify"}, c.args...)...)

		if r.code != c.code || !strings.Contains(r.out, c.says) || strings.Contains(r.out+r.err, hubSecret) {
			t.Errorf("%s: %d %s%s", name, r.code, r.out, r.err)
		}
	}
}

func TestVerifyTakesARequestInParts(t *testing.T) {
	t.Parallel()
	const body = `{"a":1}`
	sum := hmac.New(sha256.New, []byte("whsec_0"))
	sum.Write([]byte("1772366400." + body))
	args := []string{
		"verify", "--provider", "stripe", "--json", "--header", "Content-Type: application/json",
		"--header", "Stripe-Signature: t=1772366400,v1=" + hex.EncodeToString(sum.Sum(nil)), "--body", file(t, body),
	}
	environ := []string{"POSTHORN_VERIFY_SECRET=whsec_0"}

	inTime := run(t, environ, append(args, "--at", "2026-03-01T12:01:00Z")...)
	late := run(t, environ, append(args, "--at", "2026-03-01T12:30:00Z")...)
	now := run(t, environ, args...)

	var report struct {
		Verified bool
		Reason   string
		Findings []struct{ Part, Code string }
	}
	if err := json.Unmarshal([]byte(inTime.out), &report); err != nil || inTime.code != 0 || !report.Verified {
		t.Errorf("in time: %v %+v", err, inTime)
	}
	if err := json.Unmarshal([]byte(late.out), &report); err != nil || late.code != 3 || report.Reason != "too_old" || report.Findings[0].Part != "clock" {
		t.Errorf("late: %v %+v", err, late)
	}
	if now.code != 3 || !strings.Contains(now.err, "--at") {
		t.Errorf("without a time: %+v", now)
	}
}

// githubHeader is of GitHub's documentation, "Validating webhook deliveries"; it signs "Hello, World!".
const githubHeader = "X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

func TestPartsAreJudgedByWhatIsGivenAlone(t *testing.T) {
	t.Parallel()
	variable, body := []string{"POSTHORN_VERIFY_SECRET=" + hubSecret}, file(t, "Hello, World!")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no content type":      {[]string{"--provider", "github", "--header", githubHeader, "--body", body}, 0, "Verifies as github."},
		"nor a provider":       {[]string{"--header", githubHeader, "--body", body}, 0, "Verifies as github."},
		"a wrong content type": {[]string{"--provider", "github", "--header", githubHeader, "--header", "Content-Type: text/plain", "--body", body}, 3, "content type"},
		"another body":         {[]string{"--provider", "github", "--header", githubHeader, "--body", file(t, "Hello")}, 3, "does not match"},
		"no body":              {[]string{"--provider", "github", "--header", githubHeader}, 3, "No body was given"},
	} {
		r := run(t, variable, append([]string{"verify"}, c.args...)...)

		if r.code != c.code || !strings.Contains(r.out+r.err, c.says) || c.code != 3 && strings.Contains(r.out, "content type") {
			t.Errorf("%s: %d %s%s", name, r.code, r.out, r.err)
		}
	}
}

func TestExampleOfVerifyCanBePasted(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(run(t, nil, "verify", "--help").out, "\nExamples:\n")
	example, _, _ = strings.Cut(example, "\nFlags:\n")
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "posthorn")); err != nil {
		t.Fatal(err)
	}

	cmd := exec.CommandContext(t.Context(), "sh", "-e")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(example)
	cmd.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	output, err := cmd.CombinedOutput()

	if err != nil || strings.Count(string(output), "Verifies as github.\n") != 2 {
		t.Errorf("%v\n%s\n%s", err, example, output)
	}
}

func TestNothingOnStandardInputSaysWhatWasExpected(t *testing.T) {
	t.Parallel()
	const expected = "give a request as it is sent (METHOD /path"

	run(t, nil, "verify").failsWith(t, 2, "Nothing came on standard input", expected, "--header") // go test gives it none
	run(t, nil, "verify", file(t, " \n")).failsWith(t, 2, "is empty", expected)
}

func TestVerifySaysItsExitCodes(t *testing.T) {
	t.Parallel()

	help := run(t, nil, "verify", "--help")

	if help.code != 0 || !strings.Contains(help.out, "Exit codes:\n  0  done\n") || !strings.Contains(help.out, "  3  refused") {
		t.Errorf("%d %s", help.code, help.out)
	}
}

func TestVerifyRefusesWhatItCannotJudge(t *testing.T) {
	t.Parallel()
	good, variable := capturedHook(t, ""), []string{"POSTHORN_VERIFY_SECRET=" + hubSecret}
	for name, c := range map[string]struct {
		environ []string
		args    []string
		code    int
		says    string
	}{
		"no secret":              {nil, []string{"--provider", "github", good}, 2, "POSTHORN_VERIFY_SECRET"},
		"no secret, no provider": {nil, []string{good}, 2, "secret of github in POSTHORN_VERIFY_SECRET"},
		"nothing to go by":       {nil, []string{"--header", "A: b"}, 2, "POSTHORN_VERIFY_SECRET"},
		"a signed address":       {variable, []string{"--provider", "twilio", "--header", "X-Twilio-Signature: AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, 2, "--url"},
		"a value":                {variable, []string{"--provider", "hmac", "--option", "encoding=rot13", good}, 2, "one of hex, base64"},
		"an empty secret":        {nil, []string{"--provider", "github", "--secret-file", file(t, "\n"), good}, 2, "holds no secret"},
		"an unknown name":        {variable, []string{"--provider", "githug", good}, 2, "githug"},
		"a file not there":       {variable, []string{"nowhere"}, 4, "no file nowhere"},
		"no request":             {variable, []string{file(t, "{}")}, 2, "Line 1"},
		"two files":              {variable, []string{good, good}, 2, "one file"},
		"a file and headers":     {variable, []string{"--header", "A: b", good}, 2, "one file"},
		"a time":                 {variable, []string{"--at", "noon", good}, 2, "--at"},
		"an option":              {variable, []string{"--option", "x", good}, 2, "--option"},
		"a foreign option":       {variable, []string{"--provider", "github", "--option", "x=1", good}, 2, "no option"},
		"an address":             {variable, []string{"--url", "/in", good}, 2, "--url"},
		"a header":               {variable, []string{"--header", "x"}, 2, "--header"},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, c.environ, append([]string{"verify"}, c.args...)...).failsWith(t, c.code, c.says)
		})
	}
}
