package consumer_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/posthorn/posthorn/consumer"
)

// A receiver for GitHub: pushes go one way, everything else another. The second request is a repetition of the first,
// the third is forged.
func Example() {
	queue := func(name string) consumer.Func {
		return func(_ context.Context, e consumer.Event) error {
			fmt.Printf("%s: %s %s\n", name, e.Type, e.Body)
			return nil // an error, and GitHub hears 503
		}
	}
	hooks, err := consumer.New(consumer.Config{
		Provider: "github",
		Secrets:  []consumer.Secret{"It's a Secret to Everybody"}, // from your settings
		Routes:   map[string]consumer.Func{"push": queue("builds")},
		Fallback: queue("rest"),
	})
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/hooks/github", hooks)

	fmt.Println(deliver(mux, "It's a Secret to Everybody"))
	fmt.Println(deliver(mux, "It's a Secret to Everybody"))
	fmt.Println(deliver(mux, "a guess"))
	// Output:
	// builds: push {"ref":"refs/heads/main"}
	// 200
	// 200
	// 401
}

// In synchronous mode the function's error is the answer.
func ExampleStatusError() {
	hooks, err := consumer.New(consumer.Config{
		Provider: "github", Secrets: []consumer.Secret{"s3cret"}, Synchronous: true,
		Fallback: func(context.Context, consumer.Event) error {
			return &consumer.StatusError{Status: http.StatusGone, Err: errors.New("no such customer any more")}
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(deliver(hooks, "s3cret"))
	// Output: 410
}

// A handler that is there already is put behind the verification.
func ExampleMiddleware() {
	verified, err := consumer.Middleware(consumer.Config{Provider: "github", Secrets: []consumer.Secret{"s3cret"}})
	if err != nil {
		panic(err)
	}
	mine := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, _ := consumer.FromContext(r.Context())
		body, _ := io.ReadAll(r.Body)
		fmt.Println(e.Type, len(body))
		w.WriteHeader(http.StatusNoContent)
	})
	fmt.Println(deliver(verified(mine), "s3cret"))
	// Output:
	// push 25
	// 204
}

// deliver sends what GitHub would send, and returns the answer.
func deliver(h http.Handler, secret string) int {
	const body = `{"ref":"refs/heads/main"}`
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	r := httptest.NewRequest(http.MethodPost, "/hooks/github", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}
