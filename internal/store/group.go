package store

// groupBytes is how much of payloads goes into one transaction. A PostgreSQL message may have a gibibyte at most, and
// the first in a group waits for all the others.
const groupBytes = 16 << 20

// Group cuts the next transaction off what waits for one: so many members, and fewer if they weigh much. The first is
// in it whatever it weighs. A nil weigh takes all for light.
func Group[T any](waiting []T, members int, weigh func(T) int) (next, rest []T) {
	n := min(len(waiting), members)
	if weigh != nil {
		n = light(waiting[:n], weigh)
	}
	if n == len(waiting) {
		return waiting, nil
	}
	return waiting[:n], waiting[n:]
}

// light returns how many from the beginning weigh no more than groupBytes together, the first not asked.
func light[T any](all []T, weigh func(T) int) int {
	total := 0
	for i, one := range all {
		if total += weigh(one); i > 0 && total > groupBytes {
			return i
		}
	}
	return len(all)
}
