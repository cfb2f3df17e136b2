package bench_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posthorn/posthorn/internal/bench/forward"
)

// fake is a server with just enough API to be measured, and with faults that a test can order through
// its environment. It runs in a process of its own, as the real one does.
type fake struct {
	lose, duplicate int64 // every n-th delivery; zero is never
	walled          bool  // refuses every endpoint
	signed          bool  // has written into the diary
	token           string

	mu        sync.Mutex
	shared    *shared // with other nodes; nil if there is no database
	deleted   []string
	endpoints map[string][]endpoint
	count     atomic.Int64
	sent      atomic.Int64
	client    http.Client
}

type endpoint struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
	queue  chan delivery
}

type delivery struct {
	id   string
	body []byte
}

// serveFake is what the test binary does when it is started as `serve --listen ADDRESS --data DIR`.
func serveFake(args []string) error {
	f := newFake(os.Getenv("POSTHORN_ADMIN_TOKEN"))
	f.lose, f.duplicate = number(os.Getenv("FAKE_LOSE")), number(os.Getenv("FAKE_DUPLICATE"))
	if err := f.share(os.Getenv("POSTHORN_DATABASE_URL")); err != nil {
		return err
	}
	_, port, _ := strings.Cut(args[1], ":")
	f.count.Store(1e9 * number(port)) // so that nodes make different ids
	return http.ListenAndServe(args[1], f.handler())
}

func newFake(token string) *fake {
	return &fake{
		token: token, endpoints: map[string][]endpoint{},
		client: http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
}

func (f *fake) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /api/v1/app", f.createApp)
	mux.HandleFunc("POST /api/v1/app/{app}/endpoint", f.createEndpoint)
	mux.HandleFunc("POST /api/v1/app/{app}/msg", f.publish)
	mux.HandleFunc("DELETE /api/v1/app/{app}", f.deleteApp)
	return f.guard(mux)
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

func (f *fake) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" && r.Header.Get("Authorization") != "Bearer "+f.token {
			http.Error(w, `{"code":"unauthenticated","detail":"no"}`, http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (f *fake) createApp(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"name":"x","id":"app_%d"}`, f.count.Add(1))
}

func (f *fake) deleteApp(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deleted = append(f.deleted, r.PathValue("app"))
	w.WriteHeader(http.StatusNoContent)
}

func (f *fake) createEndpoint(w http.ResponseWriter, r *http.Request) {
	var e endpoint
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil || f.walled {
		http.Error(w, `{"detail":[{"loc":["body","url"],"msg":"Not public.","type":"x"}]}`, http.StatusUnprocessableEntity)
		return
	}
	f.mu.Lock()
	f.open(r.PathValue("app"), e)
	f.shared.add(r.PathValue("app"), e)
	f.mu.Unlock()
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"id":"ep_%d"}`, f.count.Add(1))
}

// open takes up deliveries to an endpoint. The caller holds mu.
func (f *fake) open(app string, e endpoint) {
	e.queue = make(chan delivery, 1<<16)
	for range 16 {
		go f.deliver(e)
	}
	f.endpoints[app] = append(f.endpoints[app], e)
}

func (f *fake) publish(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Header.Get("Idempotency-Key") == "" {
		http.Error(w, "{}", http.StatusUnprocessableEntity)
		return
	}
	id := fmt.Sprintf("msg_%027d", f.count.Add(1))
	endpoints := f.endpointsOf(r.PathValue("app"), id)
	for _, e := range endpoints {
		e.queue <- delivery{id: id, body: in.Payload}
	}
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, `{"payload":%s,"id":%q}`, in.Payload, id)
}

func (f *fake) deliver(e endpoint) {
	secret, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(e.Secret, "whsec_"))
	for d := range e.queue {
		n := f.sent.Add(1)
		times := 1
		if f.lose > 0 && n%f.lose == 0 {
			times = 0
		}
		if f.duplicate > 0 && n%f.duplicate == 0 {
			times = 2
		}
		for range times {
			f.send(e.URL, secret, d)
		}
	}
}

func (f *fake) send(url string, secret []byte, d delivery) {
	r, _ := http.NewRequest(http.MethodPost, url, bytes.NewReader(d.body))
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Webhook-Id", d.id)
	r.Header.Set("Webhook-Timestamp", stamp)
	r.Header.Set("Webhook-Signature", forward.Sign(secret, d.id, stamp, d.body))
	if answer, err := f.client.Do(r); err == nil {
		_ = answer.Body.Close()
	}
}
