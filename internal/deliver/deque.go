package deliver

// deque is a queue in a ring that grows and shrinks. The zero value is empty.
type deque[T any] struct {
	ring  []T
	head  int
	count int
}

const smallestRing = 8

func (d *deque[T]) len() int { return d.count }

func (d *deque[T]) push(v T) {
	if d.count == len(d.ring) {
		d.resize(max(smallestRing, 2*d.count))
	}
	d.ring[(d.head+d.count)%len(d.ring)] = v
	d.count++
}

// pop takes the oldest. The deque must not be empty.
func (d *deque[T]) pop() T {
	var zero T
	v := d.ring[d.head]
	d.ring[d.head] = zero
	d.head = (d.head + 1) % len(d.ring)
	d.count--
	if len(d.ring) > smallestRing && d.count <= len(d.ring)/4 {
		d.resize(len(d.ring) / 2)
	}
	return v
}

func (d *deque[T]) resize(size int) {
	ring := make([]T, size)
	for i := range d.count {
		ring[i] = d.ring[(d.head+i)%len(d.ring)]
	}
	d.ring, d.head = ring, 0
}
