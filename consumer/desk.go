package consumer

import (
	"context"
	"sync"
)

// desk lets one at a time in with a key. The zero desk is ready.
type desk struct {
	mutex sync.Mutex
	busy  map[string]chan struct{}
}

// enter waits for its turn and returns what ends it. Nobody waits with the empty key.
func (d *desk) enter(ctx context.Context, key string) (leave func(), err error) {
	if key == "" {
		return func() {}, nil
	}
	for {
		turn, mine := d.claim(key)
		if mine {
			return func() { d.leave(key) }, nil
		}
		select {
		case <-turn:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// claim takes the place, or returns what is closed when it is free.
func (d *desk) claim(key string) (turn <-chan struct{}, mine bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if busy, ok := d.busy[key]; ok {
		return busy, false
	}
	if d.busy == nil {
		d.busy = map[string]chan struct{}{}
	}
	d.busy[key] = make(chan struct{})
	return nil, true
}

func (d *desk) leave(key string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	close(d.busy[key])
	delete(d.busy, key)
}

// crew counts the functions that run. A sync.WaitGroup would not do: it must not grow while somebody waits for it.
type crew struct {
	mutex sync.Mutex
	count int
	idle  chan struct{} // closed when nobody runs any more
}

func (c *crew) begin() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.count == 0 {
		c.idle = make(chan struct{})
	}
	c.count++
}

func (c *crew) end() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.count--; c.count == 0 {
		close(c.idle)
	}
}

// gone returns what is closed when nobody runs.
func (c *crew) gone() <-chan struct{} {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.idle == nil {
		c.idle = make(chan struct{})
		close(c.idle)
	}
	return c.idle
}
