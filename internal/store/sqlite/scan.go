package sqlite

// scanner is a row in hand: *sql.Row, or *sql.Rows between Next and Next.
type scanner interface {
	Scan(into ...any) error
}
