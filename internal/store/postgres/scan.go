package postgres

import "github.com/posthorn/posthorn/internal/hook"

// scanner is a row in hand: pgx.Row, or pgx.Rows between Next and Next.
type scanner interface {
	Scan(into ...any) error
}

// numbers are keys as an argument for an array of bigint.
func numbers[T any](items []T, key func(T) hook.Key) []int64 {
	all := make([]int64, len(items))
	for i, item := range items {
		all[i] = int64(key(item))
	}
	return all
}

func itself(key hook.Key) hook.Key { return key }
