package bench

import (
	"context"
	"net/http"
	"time"

	"github.com/posthorn/posthorn/internal/bench/load"
	"github.com/posthorn/posthorn/internal/bench/sink"
)

// held is what the API lists of the webhooks that a run sent.
type held struct {
	stored map[uint64]int // how often each is stored, by its key
	open   int            // those that are not done with
}

// holdAgainst reads back all that is stored and notes what is missing of sent, and what is there twice.
func (l *lab) holdAgainst(ctx context.Context, src *source, sent []load.Sent, f *ReceiveFigures) error {
	h := held{stored: make(map[uint64]int, len(sent))}
	err := src.list(ctx, func(id, status string) bool {
		h.stored[sink.Key([]byte(id))]++
		if status != "done" {
			h.open++
		}
		return true
	})
	if err != nil {
		return err
	}
	for _, s := range sent {
		if h.stored[s.Message] == 0 {
			f.Lost++
		}
	}
	for _, times := range h.stored {
		f.Stored += times
		f.Duplicated += times - 1
	}
	f.Open = h.open
	return nil
}

// list calls take with the provider's id and the status of what the source received, the newest first, until it
// returns false.
func (s *source) list(ctx context.Context, take func(id, status string) bool) error {
	for next := ""; ; {
		var page struct {
			Data []struct {
				EventID string `json:"eventId"`
				Status  string `json:"status"`
			} `json:"data"`
			Iterator *string `json:"iterator"`
			Done     bool    `json:"done"`
		}
		if err := s.client.Call(ctx, http.MethodGet, s.at("/received?limit=250"+next), nil, &page); err != nil {
			return err
		}
		for _, r := range page.Data {
			if !take(r.EventID, r.Status) {
				return nil
			}
		}
		if page.Done || page.Iterator == nil {
			return nil
		}
		next = "&iterator=" + *page.Iterator
	}
}

// awaitForwarded waits until n webhooks beyond those before have been delivered, or nothing more comes. It returns
// how many were.
func (l *lab) awaitForwarded(ctx context.Context, s *sink.Sink, before int64, n int) int64 {
	if !l.config.Forward {
		return 0
	}
	last, changed := s.Received(), l.elapsed()
	for ctx.Err() == nil && last-before < int64(n) && l.elapsed()-changed < l.config.Quiet {
		pause(ctx, 5*time.Millisecond)
		if now := s.Received(); now != last {
			last, changed = now, l.elapsed()
		}
	}
	return last - before
}
