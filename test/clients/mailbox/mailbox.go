// Package mailbox helps programs in any language to walk through the API: it receives webhooks for them and hands each
// over on request, so that they need no server of their own.
package mailbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/signature"
	"github.com/posthorn/posthorn/test/harness"
)

// patience is how long a request waits for a webhook.
const patience = 25 * time.Second

// Settings returns the environment of a walk: where the server is, a token, and the address that receives. GET with the
// query id answers with the webhook of that message, byte for byte, with its signature headers and content type.
func Settings(t *testing.T, server *harness.Server) []string {
	t.Helper()
	b := &box{arrived: map[string]chan arrival{}}
	receiver := httptest.NewServer(b)
	t.Cleanup(receiver.Close)
	return []string{"POSTHORN_URL=" + server.URL, "POSTHORN_TOKEN=" + server.Token, "HOOK_URL=" + receiver.URL + "/hook"}
}

// arrival is a webhook as it came.
type arrival struct {
	header http.Header
	body   []byte
}

// box keeps the first webhook of each message until it is asked for.
type box struct {
	mu      sync.Mutex
	arrived map[string]chan arrival // by message, each with room for one
}

func (b *box) of(message string) chan arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.arrived[message] == nil {
		b.arrived[message] = make(chan arrival, 1)
	}
	return b.arrived[message]
}

// ServeHTTP takes webhooks by POST and hands them over by GET.
func (b *box) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		b.handOver(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender went away
	}
	select {
	case b.of(r.Header.Get(signature.HeaderID)) <- arrival{r.Header, body}:
	default: // a repetition
	}
	w.WriteHeader(http.StatusNoContent)
}

func (b *box) handOver(w http.ResponseWriter, r *http.Request) {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case got := <-b.of(r.URL.Query().Get("id")):
		for _, name := range []string{signature.HeaderID, signature.HeaderTimestamp, signature.HeaderSignature, "Content-Type"} {
			w.Header().Set(name, got.header.Get(name))
		}
		_, _ = w.Write(got.body) // the program may have ended
	case <-late.C:
		w.WriteHeader(http.StatusGatewayTimeout)
	case <-r.Context().Done():
	}
}
