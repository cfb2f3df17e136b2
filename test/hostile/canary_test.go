package hostile_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
	"github.com/posthorn/posthorn/test/pg"
)

const (
	canaryAdmin = "canary-admin-xK9dP2vQm7Lw4Rt8"
	canaryJWT   = "canary-jwt-xK9dP2vQm7Lw4Rt8Zb3Nc6Yf1"
)

// keyOf makes 32 bytes of a text and writes them as a setting.
func keyOf(text string) string {
	digest := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(digest[:])
}

// aviary plants secrets, and keeps what the server says.
type aviary struct {
	*harness.Server
	canaries map[string]string // by what they are
	said     bytes.Buffer      // every answer but those that are there to tell a secret
}

// TestT1PlantedSecretsAreNowhere plants a secret in every field that takes one, makes everything go right
// and wrong, and then looks for them in all that the server says and writes.
func TestT1PlantedSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	encryption := keyOf("canary encryption key")
	raw, err := base64.StdEncoding.DecodeString(encryption)
	harness.Check(t, err)
	a := &aviary{canaries: map[string]string{
		"the admin token": canaryAdmin, "the JWT secret": canaryJWT, "the encryption key": encryption, "the encryption key in bytes": string(raw),
	}}
	a.Server = harness.Start(t, "POSTHORN_LOG_LEVEL=debug", "POSTHORN_ADMIN_TOKEN="+canaryAdmin, "POSTHORN_JWT_SECRET="+canaryJWT, "POSTHORN_JWT_ORGANIZATION=org_23rb8YdGqMT0qIzpgGwdXfHirMu",
		"POSTHORN_ENCRYPTION_KEY="+encryption, "POSTHORN_RETRY_SCHEDULE=100ms,100ms", "POSTHORN_ATTEMPT_TIMEOUT=2s")
	a.Token = canaryAdmin

	app := a.plant(t)
	a.deliver(t, app)
	a.err(t, app)
	told := a.told(t)
	a.Signal(syscall.SIGQUIT) // the runtime writes what every goroutine is at
	harness.Eventually(t, "the process has ended", func() bool { return strings.Contains(a.Log(), "SIGQUIT") && !alive(a.PID()) })
	a.Kill()

	a.search(t, "the log and the crash dump", a.Log(), true)
	a.search(t, "answers, numbers and profiles", told, true)
	a.search(t, "the data folder", a.files(t), false)
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// hear sends a request as the admin, or with further headers as somebody else, and keeps the answer.
func (a *aviary) hear(t *testing.T, method, path string, body any, want int, header ...string) harness.Reply {
	t.Helper()
	request := a.Request(t, method, path, body)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	reply := wanted(t, method+" "+path, a.Send(t, request), want)
	fmt.Fprintf(&a.said, "%s %s: %v %s\n", method, request.URL.Path, reply.Header, reply.Body)
	return reply
}

// know adds a secret that the server made, and other ways to write it.
func (a *aviary) know(what, text string) string {
	a.canaries[what] = text
	if key, ok := strings.CutPrefix(text, "whsec_"); ok {
		raw, _ := base64.StdEncoding.DecodeString(key)
		a.canaries[what+" in bytes"] = string(raw)
		a.canaries[what+" in hex"] = hex.EncodeToString(raw)
		a.canaries[what+" in base64"] = key
	}
	return text
}

// told returns all answers so far, the numbers and every profile.
func (a *aviary) told(t *testing.T) string {
	a.hear(t, http.MethodGet, "/metrics", nil, http.StatusOK)
	a.hear(t, http.MethodGet, "/api/v1/openapi.json", nil, http.StatusOK)
	a.hear(t, http.MethodGet, "/", nil, http.StatusOK)
	for _, name := range []string{"heap", "allocs", "goroutine", "block", "mutex", "threadcreate", "profile?seconds=1"} {
		reply := do(t, a.Server, http.MethodGet, "/debug/pprof/"+name, nil, http.StatusOK)
		z, err := gzip.NewReader(bytes.NewReader(reply.Body))
		harness.Check(t, err)
		_, err = io.Copy(&a.said, z)
		harness.Check(t, err)
	}
	return a.said.String()
}

// files returns all bytes in the data folder, with what a crash leaves beside the database, and those of a database
// elsewhere.
func (a *aviary) files(t *testing.T) string {
	names, err := filepath.Glob(filepath.Join(a.Data, "*"))
	harness.Check(t, err)
	var all strings.Builder
	for _, name := range names {
		content, err := os.ReadFile(name)
		harness.Check(t, err)
		all.Write(content)
	}
	for _, setting := range a.Database {
		if url, elsewhere := strings.CutPrefix(setting, "POSTHORN_DATABASE_URL="); elsewhere {
			all.WriteString(pg.Dump(t, url))
		}
	}
	if held := all.String(); !strings.Contains(held, "canary-payload") && !strings.Contains(held, hex.EncodeToString([]byte("canary-payload"))) {
		t.Errorf("the database is not in %v", names)
	}
	return all.String()
}

func jsonOf(t *testing.T, text string) []byte {
	t.Helper()
	written, err := json.Marshal(text)
	harness.Check(t, err)
	return written
}

// search looks for every secret. Payloads lie in the database as they are, and nowhere else.
func (a *aviary) search(t *testing.T, where, text string, payload bool) {
	t.Helper()
	for what, canary := range a.canaries {
		if what == "the payload" && !payload {
			continue
		}
		written := bytes.Trim(jsonOf(t, canary), `"`)
		for _, form := range []string{canary, string(written), hex.EncodeToString([]byte(canary))} {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s is in %s: %q", what, where, text[max(i-100, 0):min(i+len(form)+20, len(text))])
			}
		}
	}
}
