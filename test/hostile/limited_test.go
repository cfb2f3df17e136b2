package hostile_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posthorn/posthorn/test/harness"
)

// little is the memory of the servers of these tests, in bytes.
const little = 512 << 20

// connect opens a connection to the server that ends with the test.
func connect(t *testing.T, s *harness.Server) net.Conn {
	t.Helper()
	var dialer net.Dialer
	c, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	harness.Check(t, err)
	t.Cleanup(func() { _ = c.Close() })
	harness.Check(t, c.SetDeadline(time.Now().Add(harness.Patience)))
	return c
}

// statusLine returns the first line of an answer and leaves the rest unread. It is empty if there is no answer.
func statusLine(c net.Conn) string {
	line, _ := bufio.NewReaderSize(c, 16).ReadString('\n')
	return line
}

func TestListsThatAreNotReadStayWithinMemory(t *testing.T) {
	t.Parallel()
	s := harness.StartLimited(t, little)
	app := newApplication(t, s)
	const messages = 100
	body := `{"eventType":"a","payload":{"a":"` + strings.Repeat("x", 1_000_000) + `"}}`
	for range messages {
		if reply := s.Do(t, http.MethodPost, app+"/msg?with_content=false", body); reply.Status != http.StatusAccepted {
			t.Fatalf("publish: got %d %s", reply.Status, reply.Body)
		}
	}

	answered := map[string]int{}
	for range 24 {
		c := connect(t, s)
		_, err := fmt.Fprintf(c, "GET %s/msg?limit=100 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", app, s.Token)
		harness.Check(t, err)
		answered[strings.TrimSpace(statusLine(c))]++
	}

	t.Logf("answered %v", answered)
	if len(answered) != 2 || answered["HTTP/1.1 200 OK"] == 0 || answered["HTTP/1.1 503 Service Unavailable"] == 0 {
		t.Errorf("the lists were answered %v", answered)
	}
	staysSmall(t, s.PID())
	if reply := s.Do(t, http.MethodPost, app+"/msg", `{"eventType":"a","payload":{}}`); reply.Status != http.StatusAccepted {
		t.Errorf("a short publish: got %d %s", reply.Status, reply.Body)
	}
}

func TestPagesOfLargeMessagesLeadToAllOfThem(t *testing.T) {
	t.Parallel()
	s := harness.Start(t)
	app := newApplication(t, s)
	const messages = 10
	body := `{"eventType":"a","payload":{"a":"` + strings.Repeat("x", 1_000_000) + `"}}`
	for range messages {
		s.Do(t, http.MethodPost, app+"/msg?with_content=false", body)
	}
	found, pages := map[string]bool{}, 0
	for iterator, done := "", false; !done; pages++ {
		reply := s.Do(t, http.MethodGet, app+"/msg?limit=100&iterator="+iterator, nil)
		var page struct {
			Data     []struct{ ID string }
			Iterator string
			Done     bool
		}
		reply.JSON(t, &page)
		if len(reply.Body) > 5<<20 {
			t.Errorf("a page has %d bytes", len(reply.Body))
		}
		for _, m := range page.Data {
			found[m.ID] = true
		}
		iterator, done = page.Iterator, page.Done
	}

	if len(found) != messages || pages != 3 {
		t.Errorf("%d pages lead to %d messages", pages, len(found))
	}
}

func TestBodiesThatStopOneByteShortStayWithinMemory(t *testing.T) {
	t.Parallel()
	s := harness.StartLimited(t, little)
	app := newApplication(t, s)
	const connections, length = 600, 1 << 20
	body := strings.Repeat("x", length-1)
	answered := make(chan string, connections)
	var senders sync.WaitGroup
	for range connections {
		c := connect(t, s)
		senders.Go(func() {
			_, _ = fmt.Fprintf(c, "POST %s/msg HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
				"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n", app, s.Token, length)
			_, _ = io.WriteString(c, body) // a refused one may be cut off
			answered <- strings.TrimSpace(statusLine(c))
		})
	}

	for range 10 { // while they are held
		if reply := s.Do(t, http.MethodPost, app+"/msg", `{"eventType":"a","payload":{}}`); reply.Status != http.StatusAccepted {
			t.Errorf("a short publish: got %d %s", reply.Status, reply.Body)
		}
	}
	senders.Wait()
	close(answered)
	counts := map[string]int{}
	for line := range answered {
		counts[line]++
	}

	t.Logf("answered %v", counts)
	if counts["HTTP/1.1 503 Service Unavailable"] < connections/2 || counts["HTTP/1.1 408 Request Timeout"] == 0 {
		t.Errorf("the bodies were answered %v", counts)
	}
	staysSmall(t, s.PID())
}

func TestIdleConnectionsDoNotStopAServerWithFewDescriptors(t *testing.T) {
	t.Parallel()
	s := harness.StartWithOpenFiles(t, 128)
	app, receiver := newApplication(t, s), harness.NewReceiver(t)
	newEndpoint(t, s, app, receiver.URL)
	for range 200 {
		c := connect(t, s)
		_, err := io.WriteString(c, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
		harness.Check(t, err)
		if line := statusLine(c); !strings.HasPrefix(line, "HTTP/1.1 200") {
			t.Fatalf("got %q", line)
		}
	}

	if reply := s.Do(t, http.MethodPost, app+"/msg", `{"eventType":"a","payload":{}}`); reply.Status != http.StatusAccepted {
		t.Fatalf("a publish: got %d %s", reply.Status, reply.Body)
	}
	receiver.Wait(t, 1, harness.Any)
	if log := s.Log(); !strings.Contains(log, "limit on open files is low") {
		t.Errorf("the log does not say that the limit is low:\n%s", log)
	}
}
