package fetch

import (
	"context"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// What one document may cost.
const (
	maxDocument = 256 << 10
	timeout     = 5 * time.Second
)

// join asks for a document, or waits for the answer that somebody else is asking for already. Whoever waits may leave;
// the request goes on for the others, and for the next webhook, until its own time is up.
func (s *Source) join(ctx context.Context, who, address string, p patience) ([]byte, error) {
	landed := s.flights.DoChan(who+" "+address, func() (any, error) {
		return s.ask(context.WithoutCancel(ctx), who, address, p)
	})
	select {
	case <-ctx.Done():
		return nil, notFetched("the request that needed it ended before").Because(ctx.Err())
	case l := <-landed:
		text, _ := l.Val.([]byte)
		return text, l.Err
	}
}

// ask looks once more, because another flight may have landed meanwhile, asks and remembers the answer.
func (s *Source) ask(ctx context.Context, who, address string, p patience) ([]byte, error) {
	if text, err := s.recall(who, address, p); text != nil || err != nil {
		return text, err
	}
	if !s.mayAsk(who, address) {
		return nil, tooMany()
	}
	text, failed := s.send(ctx, address)
	s.remember(who, address, text, failed)
	if failed != nil {
		return nil, failed.err
	}
	return text, nil
}

// send goes through the door.
func (s *Source) send(ctx context.Context, address string) ([]byte, *failure) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	status, body, err := s.door.Get(ctx, address, maxDocument)
	switch {
	case err != nil:
		return nil, &failure{err: notFetched("there was no answer").Because(err)}
	case status != http.StatusOK:
		return nil, &failure{err: notFetched("it answered %d", status), definite: definite(status)}
	case len(body) == 0 || len(body) > maxDocument:
		return nil, &failure{err: notFetched("it is empty or longer than any real one")}
	}
	return body, nil
}

// definite reports whether an answer is about the document and not about the moment: RFC 9110, section 15.5, without
// the statuses that ask to come again (RFC 6585 for 429, RFC 8470 for 425).
func definite(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return status >= http.StatusBadRequest && status < http.StatusInternalServerError
}

func notFetched(why string, args ...any) *fault.Error {
	return fault.New(fault.Unavailable, "not_fetched", "The document of the provider could not be fetched: "+why+".", args...)
}
