package consumer_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/port"
)

// guideKey is a key whose text is base64.
const guideKey = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// TestReceiversOfTheGuideTakeWhatIsSignedAndNothingElse runs the programs that the guide shows, as they stand.
func TestReceiversOfTheGuideTakeWhatIsSignedAndNothingElse(t *testing.T) {
	t.Parallel()
	for language, c := range map[string]struct {
		prepare func(t *testing.T, text string) *exec.Cmd
		taken   int
	}{
		"go": {goProgram, http.StatusOK}, "js": {nodeProgram, http.StatusNoContent}, "python": {pythonProgram, http.StatusNoContent},
	} {
		t.Run(language, func(t *testing.T) {
			url := started(t, c.prepare(t, block(t, language, "WEBHOOK_SECRET")))
			now := strconv.FormatInt(time.Now().Unix(), 10)

			for name, one := range map[string]struct {
				stamp, signature, body string
				want                   int
			}{
				"true":            {now, standard(now, `{"n":1}`), `{"n":1}`, c.taken},
				"another body":    {now, standard(now, `{"n":1}`), `{"n":2}`, http.StatusUnauthorized},
				"no signature":    {now, "", `{"n":1}`, http.StatusUnauthorized},
				"a malformed one": {now, "v1", `{"n":1}`, http.StatusUnauthorized},
				"an empty one":    {now, "v1,", `{"n":1}`, http.StatusUnauthorized},
				"an odd time":     {"soon", standard("soon", `{"n":1}`), `{"n":1}`, http.StatusUnauthorized},
				"an old time":     {"1700000000", standard("1700000000", `{"n":1}`), `{"n":1}`, http.StatusUnauthorized},
				"bytes":           {now, standard(now, "\xff"), "\xfe", http.StatusUnauthorized},
				"too much":        {now, standard(now, ""), strings.Repeat("x", 2<<20), http.StatusRequestEntityTooLarge},
			} {
				equal(t, name, answered(t, url, one.stamp, one.signature, one.body), one.want)
			}
			equal(t, "again", answered(t, url, now, standard(now, `{"n":1}`), `{"n":1}`), c.taken)
			if language == "go" {
				paste(t, url)
			}
		})
	}
}

// block returns the one block of a language in the guide that contains a text.
func block(t *testing.T, language, containing string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/guides/consumer.md")
	check(t, err)
	var found []string
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(match[1], containing) {
			found = append(found, match[1])
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d blocks of %s with %q", len(found), language, containing)
	}
	return found[0]
}

func save(t *testing.T, name, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	return dir
}

// goProgram builds the program in a module of its own, with the commands of the guide and nothing from the network. Tidying
// also asks for what the tests of our dependencies are built on, which nobody may have fetched.
func goProgram(t *testing.T, text string) *exec.Cmd {
	t.Helper()
	root, err := filepath.Abs("..")
	check(t, err)
	parent := t.TempDir()
	check(t, os.Symlink(root, filepath.Join(parent, "posthorn")))
	dir := filepath.Join(parent, "receiver")
	check(t, os.Mkdir(dir, 0o700))
	check(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(text), 0o600))
	lines := strings.Replace(block(t, "sh", "go mod init"), "go mod tidy", "go get github.com/posthorn/posthorn/consumer", 1)
	commands := strings.Split(strings.TrimSpace(lines), "\n")
	last := len(commands) - 1
	equal(t, "the command that starts it", commands[last], "WEBHOOK_SECRET=whsec_"+guideKey+" go run .")
	commands[last] = "go build -o receiver ." // go run would leave its child behind

	cmd := exec.CommandContext(t.Context(), "sh", "-ec", strings.Join(commands, "\n"))
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS="+raceFlag(), "GOWORK=off", "GOPROXY=off", "GOSUMDB=off", "PWD="+dir)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return exec.CommandContext(t.Context(), filepath.Join(dir, "receiver"))
}

// raceFlag is what a build without other flags shares with these tests, so that the standard library is not compiled
// a second time for it.
func raceFlag() string {
	if os.Getenv("POSTHORN_TEST_RACE") == "1" {
		return "-race"
	}
	return ""
}

// paste runs the lines of the guide that try the program, once as they stand and once with another body.
func paste(t *testing.T, url string) {
	t.Helper()
	program(t, "openssl", "openssl")
	program(t, "curl", "curl")
	lines := block(t, "sh", "openssl")
	for lines, want := range map[string]string{lines: " 200 ", strings.Replace(lines, `-d "$body"`, `-d "$body "`, 1): " 401 "} {
		output, err := exec.CommandContext(t.Context(), "sh", "-ec", strings.Replace(lines, "http://127.0.0.1:9000/hook", url, 1)).Output()

		check(t, err)
		if status, _, _ := strings.Cut(string(output), "\n"); !strings.Contains(status, want) {
			t.Errorf("got %s, want%s", output, want)
		}
	}
}

// nodeProgram uses the library that the guide installs.
func nodeProgram(t *testing.T, text string) *exec.Cmd {
	t.Helper()
	dir := save(t, "receiver.mjs", text)
	check(t, os.Symlink(filepath.Join(npmPackages(t), "node_modules"), filepath.Join(dir, "node_modules")))
	cmd := exec.CommandContext(t.Context(), program(t, "node", "nodejs"), "receiver.mjs")
	cmd.Dir = dir
	return cmd
}

// pythonProgram uses the library that the guide installs.
func pythonProgram(t *testing.T, text string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program(t, "python3", "python3"), filepath.Join(save(t, "receiver.py", text), "receiver.py"))
	cmd.Env = append(os.Environ(), "PYTHONPATH="+pythonPackages(t))
	return cmd
}

// started runs a receiver until the test ends, and returns its address once it listens.
func started(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	number, giveBack, err := port.Lend()
	check(t, err)
	t.Cleanup(giveBack)
	var output strings.Builder
	cmd.Env = append(cmd.Environ(), "PORT="+strconv.Itoa(number), "WEBHOOK_SECRET=whsec_"+guideKey)
	cmd.Stdout, cmd.Stderr = &output, &output
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the receiver said:\n%s", &output)
		}
	})
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(number))
	for deadline := time.Now().Add(30 * time.Second); ; {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			check(t, conn.Close())
			return "http://" + address + "/hook"
		}
		if time.Now().After(deadline) {
			t.Fatal("the receiver does not listen")
		}
		<-time.After(20 * time.Millisecond)
	}
}

func standard(stamp, body string) string {
	key, err := base64.StdEncoding.DecodeString(guideKey)
	if err != nil {
		panic(err) // the test's own key
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte("msg_1." + stamp + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// answered returns the status of an answer. A receiver that refuses a large body may hang up before it has come.
func answered(t *testing.T, url, stamp, signature, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	check(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("webhook-id", "msg_1")
	r.Header.Set("webhook-timestamp", stamp)
	if signature != "" {
		r.Header.Set("webhook-signature", signature)
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	w, err := client.Do(r)
	if err != nil && len(body) > 1<<20 {
		return http.StatusRequestEntityTooLarge
	}
	check(t, err)
	check(t, w.Body.Close())
	return w.StatusCode
}
