package takeover_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/takeover"
)

const token = "testsk_secret.eu"

// source is a server that answers as handle says, and a client of it that does not wait but notes for how long it would.
func source(t *testing.T, handle http.HandlerFunc) (*takeover.Client, *[]time.Duration) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	client, err := takeover.New(server.URL+"/", secret.Text(token), false)
	if err != nil {
		t.Fatal(err)
	}
	var waited []time.Duration
	client.Wait(func(_ context.Context, pause time.Duration) error { waited = append(waited, pause); return nil })
	return client, &waited
}

func TestBusySourceIsAskedAgainWhenItSays(t *testing.T) {
	t.Parallel()
	asked := 0
	client, waited := source(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 3 {
			w.Header().Set("Retry-After", []string{"", "", "7"}[asked])
			w.WriteHeader([]int{0, 503, 429}[asked])
			return
		}
		fmt.Fprintf(w, `{"data":[{"id":"app_1","name":%q,"uid":null}],"iterator":"it","done":false}`,
			r.Header.Get("Authorization")+r.URL.String())
	})

	page, err := client.Applications(t.Context(), "from")

	if err != nil || page.Done || page.Iterator != "it" || page.Data[0].Name != "Bearer "+token+"/api/v1/app?iterator=from&limit=250" {
		t.Errorf("got %+v, %v", page, err)
	}
	if !slices.Equal(*waited, []time.Duration{500 * time.Millisecond, 7 * time.Second}) {
		t.Errorf("waited %v", *waited)
	}
}

func TestSourceThatStaysAwayIsGivenUp(t *testing.T) {
	t.Parallel()
	client, waited := source(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })

	_, err := client.Secret(t.Context(), "app_1", "ep_1")

	if fault.CodeOf(err) != "source_busy" || len(*waited) != 7 {
		t.Errorf("got %v after %d waits", err, len(*waited))
	}
}

func TestWhatWillNotGetBetterIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{200: "source_unclear", 301: "source_unclear", 401: "source_refuses", 404: "source_missing"} {
		asked := 0
		client, _ := source(t, func(w http.ResponseWriter, _ *http.Request) {
			asked++
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(status)
			fmt.Fprint(w, `{"key":"whsec_half`)
		})

		_, err := client.Headers(t.Context(), "app_1", "ep_1")

		if fault.CodeOf(err) != code || asked != 1 || strings.Contains(err.Error(), "whsec_") || strings.Contains(err.Error(), token) {
			t.Errorf("%d: got %v after %d requests", status, err, asked)
		}
	}
}

func TestAddressOfTheSourceIsChecked(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "api.eu.svix.com", "ftp://example.com", "https://user:pw@example.com", "https://"} {
		if _, err := takeover.New(address, secret.Text(token), true); fault.CodeOf(err) != "bad_url" {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestTokenGoesInClearToNoOtherMachineUnlessThatIsWanted(t *testing.T) {
	t.Parallel()
	for address, code := range map[string]string{
		"http://api.example.com": "token_in_clear", "http://10.0.0.1:8071": "token_in_clear", "http://127.0.0.1.example.com": "token_in_clear",
		"HTTP://[2001:db8::1]": "token_in_clear", "http://localhost.example.com": "token_in_clear", "http://0.0.0.0:8071": "token_in_clear",
		"https://api.example.com": "", "http://127.0.0.1:8071": "", "http://127.9.9.9": "", "http://[::1]:8071": "", "http://LocalHost:8071": "",
		"http://[::ffff:127.0.0.1]": "",
	} {
		_, err := takeover.New(address, secret.Text(token), false)
		_, wanted := takeover.New(address, secret.Text(token), true)

		if fault.CodeOf(err) != code || wanted != nil {
			t.Errorf("%s: got %v, and %v if it is wanted", address, err, wanted)
		}
		if err != nil && (!strings.Contains(err.Error(), "--insecure-http") || strings.Contains(err.Error(), token)) {
			t.Errorf("%s: got %q", address, err)
		}
	}
}
