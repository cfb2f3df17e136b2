package fetch

import (
	"sync"
	"time"
)

// How long documents are kept, and how many. A key that its provider withdraws is believed for that long.
const (
	keep     = 10 * time.Minute
	mostKept = 64
)

// pages is what was fetched a short while ago. There is a handful of documents; when a forger makes it more, all are
// dropped and fetched again.
type pages struct {
	mutex sync.Mutex
	kept  map[string]page
}

type page struct {
	text  []byte
	until time.Time
}

func newPages() *pages { return &pages{kept: map[string]page{}} }

func (p *pages) get(address string, now time.Time) []byte {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if one, ok := p.kept[address]; ok && one.until.After(now) {
		return one.text
	}
	return nil
}

func (p *pages) put(address string, text []byte, now time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.kept) >= mostKept {
		clear(p.kept)
	}
	p.kept[address] = page{text, now.Add(keep)}
}
