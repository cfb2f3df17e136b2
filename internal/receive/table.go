package receive

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

const (
	keptDoors   = 64 << 20 // bytes of sources that are ready for receiving, about
	pageOfAll   = 250
	lookups     = 50 // a second, for addresses that memory does not know
	lookupBurst = 100
)

// table knows the addresses of all sources, and keeps those that are in use ready for receiving. An address that
// it does not know is looked up in the database a bounded number of times a second, because another node may have
// made it a moment ago; beyond that, guessing costs nothing but a hash.
type table struct {
	store   Store
	open    func(hook.Source) *Door
	unknown *rate.Limiter

	mu       sync.RWMutex
	byURL    map[[32]byte]address
	known    map[hook.Key]known                 // by source
	owned    map[hook.Key]map[hook.Key]struct{} // sources by application
	stale    map[hook.Key]struct{}              // sources that changed since they were read
	staleApp map[hook.Key]struct{}              // applications of which some source did
	allStale bool
	reading  bool
	changes  uint64
	doors    *otter.Cache[hook.Key, *Door]

	refreshing sync.Mutex
}

// address leads to a source until it expires; zero is never.
type address struct {
	source  hook.Key
	expires time.Time
}

// known is what the table holds of a source.
type known struct {
	application hook.Key
	urls        [][32]byte
}

func newTable(s Store, open func(hook.Source) *Door) *table {
	return &table{
		store: s, open: open, unknown: rate.NewLimiter(lookups, lookupBurst), allStale: true,
		byURL: map[[32]byte]address{}, known: map[hook.Key]known{}, owned: map[hook.Key]map[hook.Key]struct{}{},
		stale: map[hook.Key]struct{}{}, staleApp: map[hook.Key]struct{}{},
		doors: otter.Must(&otter.Options[hook.Key, *Door]{
			MaximumWeight: keptDoors, Weigher: func(_ hook.Key, d *Door) uint32 { return d.weight() },
		}),
	}
}

// find returns the door behind an address, or fault.NotFound.
func (t *table) find(ctx context.Context, key string, now time.Time) (*Door, error) {
	if err := t.refresh(ctx); err != nil {
		return nil, err
	}
	hash := directory.KeyHash(key)
	if at, ok := t.at(hash); ok {
		if !at.expires.IsZero() && !at.expires.After(now) {
			return nil, fault.Missing("source")
		}
		return t.door(ctx, at.source)
	}
	if !t.unknown.AllowN(now, 1) {
		return nil, fault.Missing("source")
	}
	before := t.count()
	source, err := t.store.SourceByURL(ctx, hash)
	if err != nil {
		return nil, err
	}
	return t.keep(before, source), nil
}

// knows reports whether an address leads somewhere as far as memory says.
func (t *table) knows(key string) bool {
	_, ok := t.at(directory.KeyHash(key))
	return ok
}

func (t *table) at(hash [32]byte) (address, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	at, ok := t.byURL[hash]
	return at, ok
}

func (t *table) count() uint64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.changes
}

// door returns the source as of the last committed change.
func (t *table) door(ctx context.Context, source hook.Key) (*Door, error) {
	if d, ok := t.doors.GetIfPresent(source); ok {
		return d, nil
	}
	before := t.count()
	found, err := t.store.SourceByKey(ctx, source)
	if err != nil {
		return nil, err
	}
	return t.keep(before, found), nil
}

// keep keeps what was read when the count of changes was before, unless something changed meanwhile: it might be
// older than the change.
func (t *table) keep(before uint64, source hook.Source) *Door {
	d := t.open(source)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changes == before {
		t.setURLs(source)
		t.doors.Set(source.Key, d)
	}
	return d
}

// setURLs replaces the addresses of a source. The caller holds mu.
func (t *table) setURLs(s hook.Source) {
	t.dropURLs(s.Key)
	t.byURL[s.URLHash] = address{source: s.Key}
	k := known{s.ApplicationKey, [][32]byte{s.URLHash}}
	for _, former := range s.Rules.Former {
		if len(former.Hash) == len(s.URLHash) {
			hash := [32]byte(former.Hash)
			t.byURL[hash] = address{s.Key, former.ExpiresAt}
			k.urls = append(k.urls, hash)
		}
	}
	t.known[s.Key] = k
	if t.owned[s.ApplicationKey] == nil {
		t.owned[s.ApplicationKey] = map[hook.Key]struct{}{}
	}
	t.owned[s.ApplicationKey][s.Key] = struct{}{}
}

// dropURLs forgets the addresses of a source. The caller holds mu.
func (t *table) dropURLs(source hook.Key) {
	k, ok := t.known[source]
	if !ok {
		return
	}
	for _, hash := range k.urls {
		delete(t.byURL, hash)
	}
	delete(t.known, source)
	delete(t.owned[k.application], source)
	if len(t.owned[k.application]) == 0 {
		delete(t.owned, k.application)
	}
}

// changed notes that a source is to be read again. Nothing is read here: the caller has just committed.
func (t *table) changed(source hook.Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	t.stale[source] = struct{}{}
	t.dropURLs(source)
	t.doors.Invalidate(source)
}

// changedIn notes that some source of the application changed, was made, or went with it.
func (t *table) changedIn(application hook.Key) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	t.staleApp[application] = struct{}{}
	for source := range t.owned[application] {
		t.doors.Invalidate(source)
		t.dropURLs(source)
	}
}

func (t *table) anythingChanged() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	t.allStale = true
	t.doors.InvalidateAll()
}

func (t *table) forgetDoors() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	t.doors.InvalidateAll()
}

// changes are what is to be read again.
type changes struct {
	all          bool
	sources      []hook.Key
	applications []hook.Key
}

// refresh reads again what changed. Everybody who comes meanwhile waits for it, so that nobody is answered by what
// was before a committed change.
func (t *table) refresh(ctx context.Context) error {
	if t.fresh() {
		return nil
	}
	t.refreshing.Lock()
	defer t.refreshing.Unlock()
	c := t.begin()
	err := t.read(ctx, c)
	t.end(c, err)
	return err
}

func (t *table) fresh() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return !t.reading && !t.allStale && len(t.stale) == 0 && len(t.staleApp) == 0
}

// begin takes what is to be read. What changes from here on is noted anew.
func (t *table) begin() changes {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := changes{t.allStale, slices.Collect(maps.Keys(t.stale)), slices.Collect(maps.Keys(t.staleApp))}
	t.reading, t.allStale = true, false
	clear(t.stale)
	clear(t.staleApp)
	return c
}

// end gives back what could not be read.
func (t *table) end(c changes, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reading = false
	if err == nil {
		return
	}
	t.allStale = t.allStale || c.all
	for _, source := range c.sources {
		t.stale[source] = struct{}{}
	}
	for _, application := range c.applications {
		t.staleApp[application] = struct{}{}
	}
}

func (t *table) read(ctx context.Context, c changes) error {
	if c.all {
		return t.readList(ctx, 0)
	}
	for _, application := range c.applications {
		if err := t.readList(ctx, application); err != nil {
			return err
		}
	}
	for _, source := range c.sources {
		if err := t.readOne(ctx, source); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) readOne(ctx context.Context, source hook.Key) error {
	found, err := t.store.SourceByKey(ctx, source)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropURLs(source)
	if err == nil {
		t.setURLs(found)
	}
	return nil
}

// readList reads the addresses of an application's sources, or of all.
func (t *table) readList(ctx context.Context, application hook.Key) error {
	var all []hook.Source
	page := store.Page[id.ID]{Limit: pageOfAll, Ascending: true}
	for done := false; !done; {
		list, err := t.store.ListSources(ctx, application, page)
		if err != nil {
			return err
		}
		for _, s := range list.Items {
			all = append(all, hook.Source{
				Key: s.Key, ApplicationKey: s.ApplicationKey, URLHash: s.URLHash, Rules: hook.SourceRules{Former: s.Rules.Former},
			})
		}
		page.From, done = list.Last, list.Done || list.Last == nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropList(application)
	for _, s := range all {
		t.setURLs(s)
	}
	return nil
}

// dropList forgets the addresses of an application's sources, or of all. The caller holds mu.
func (t *table) dropList(application hook.Key) {
	if application == 0 {
		clear(t.byURL)
		clear(t.known)
		clear(t.owned)
		return
	}
	for source := range t.owned[application] {
		t.dropURLs(source)
	}
}

// weigh bounds a size to what a cache can count.
func weigh(size int) uint32 {
	return uint32(min(size, math.MaxInt32)) //nolint:gosec // bounded right there
}
