package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// concluded ends the processing of a webhook with a message, which may be zero.
func (s *server) concluded(r hook.Received, message id.ID) string {
	s.t.Helper()
	c := store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeDone, Message: message}
	check(s.t, s.store.Conclude(s.t.Context(), c))
	return sourcesAt + "/a/received/" + id.Received.Text(r.ID)
}

func TestExpungedReceivedWebhookShowsThatItsContentWasErased(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	at := s.concluded(s.arrive("a", 1, "jane@example.com"), id.ID{})
	before := s.must(http.StatusOK, "GET", at, "")

	s.must(http.StatusNoContent, "DELETE", at+"/content", "")
	one := s.must(http.StatusOK, "GET", at, "")
	listed := s.must(http.StatusOK, "GET", sourcesAt+"/a/received?with_content=true", "")
	raw := s.must(http.StatusNotFound, "GET", at+"/raw", "")
	again := s.must(http.StatusConflict, "POST", at+"/reprocess", "")

	if before.body["expungedAt"] != nil || before.str("body") == "" {
		t.Errorf("before: got %s", before.text)
	}
	for _, got := range []answer{one, listed} {
		if strings.Contains(got.text, "jane") || strings.Contains(got.text, "X-A") || !strings.Contains(got.text, `"expungedAt":"2`) {
			t.Errorf("got %s", got.text)
		}
	}
	if one.body["body"] != nil || one.str("status") != "done" || raw.str("code") != "body_gone" || again.str("code") != "body_gone" {
		t.Errorf("got %s, %s and %s", one.text, raw.text, again.text)
	}
}

func TestDeletedReceivedWebhookIsGone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	at := s.concluded(s.arrive("a", 1, "one"), id.ID{})

	s.must(http.StatusNoContent, "DELETE", at, "")

	for _, path := range []string{"", "/content"} {
		s.must(http.StatusNotFound, "DELETE", at+path, "")
	}
	s.must(http.StatusNotFound, "GET", at, "")
	if listed := s.must(http.StatusOK, "GET", sourcesAt+"/a/received", ""); len(listed.data()) != 0 {
		t.Errorf("got %s", listed.text)
	}
}

func TestReceivedWebhookIsNotErasedWhileItIsProcessed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	at := sourcesAt + "/a/received/" + id.Received.Text(s.arrive("a", 1, "one").ID)

	for _, path := range []string{"", "/content"} {
		if got := s.must(http.StatusConflict, "DELETE", at+path, ""); got.str("code") != "still_processing" {
			t.Errorf("got %s", got.text)
		}
	}
	if one := s.must(http.StatusOK, "GET", at, ""); one.str("body") != "one" {
		t.Errorf("got %s", one.text)
	}
}

func TestExpungingAMessageErasesTheReceivedCopy(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	made := s.must(http.StatusCreated, "POST", sourcesAt, `{"name":"a","uid":"a","provider":"none"}`)
	messages := "/api/v1/app/" + fmt.Sprint(made.body["application"]) + "/msg"
	published := s.must(http.StatusAccepted, "POST", messages, `{"eventType":"push","payload":{"email":"jane@example.com"}}`)
	message, err := id.Message.Parse(published.str("id"))
	check(t, err)
	at := s.concluded(s.arrive("a", 1, "jane@example.com"), message)

	s.must(http.StatusNoContent, "DELETE", messages+"/"+published.str("id")+"/content", "")

	one := s.must(http.StatusOK, "GET", at, "")
	linked := s.must(http.StatusOK, "GET", messages+"/"+published.str("id")+"/received", "")
	for _, got := range []answer{one, linked} {
		if strings.Contains(got.text, "jane") || got.body["expungedAt"] == nil {
			t.Errorf("got %s", got.text)
		}
	}
}

func TestPortalTokenErasesNoReceivedWebhook(t *testing.T) {
	t.Parallel()
	n := newTenants(t)
	r := n.arrive("own-source", 1, "one")
	check(t, n.store.Conclude(t.Context(), store.Conclusion{Key: r.Key, Begun: r.ChangedAt, Status: hook.IntakeDone}))
	at := sourcesAt + "/own-source/received/" + id.Received.Text(r.ID)

	for _, path := range []string{at + "/content", at} {
		n.as(n.token(hook.ScopePortal, n.app), http.StatusForbidden, "DELETE", path, "")
		n.as(n.token(hook.ScopeApplication, n.app), http.StatusNoContent, "DELETE", path, "")
	}
}
