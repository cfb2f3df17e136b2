package sqlite

import "strings"

// rows is a multi-row insert: the statement up to VALUES, the columns of a row, and the values of all
// rows one after the other.
type rows struct {
	into    string
	columns int
	values  []any
}

// insert stores all rows of the lists.
func (t *tx) insert(lists ...rows) error {
	for _, list := range lists {
		if _, err := t.insertUnless(list, ""); err != nil {
			return err
		}
	}
	return nil
}

// insertUnless stores the rows, with a conflict clause that may leave some out, and reports whether it
// did. A long list goes in blocks of maxStatement rows, its rest in halves, so that only a handful of
// statements is ever prepared.
func (t *tx) insertUnless(list rows, conflict string) (leftOut bool, err error) {
	for size := maxStatement; len(list.values) > 0; {
		width := size * list.columns
		if len(list.values) < width {
			size /= 2
			continue
		}
		changed, err := t.changeMany(many{list.into, size, list.columns, conflict}, list.values[:width])
		if err != nil {
			return false, err
		}
		leftOut = leftOut || changed < int64(size)
		list.values = list.values[width:]
	}
	return leftOut, nil
}

// each runs a statement over all keys, in blocks: before, a list of placeholders in brackets, after.
func (t *tx) each(before, after string, keys []any) error {
	for size := maxStatement; len(keys) > 0; {
		if len(keys) < size {
			size /= 2
			continue
		}
		if _, err := t.changeMany(many{before, 1, size, after}, keys[:size]); err != nil {
			return err
		}
		keys = keys[size:]
	}
	return nil
}

// many is a statement with a list of rows in the middle. It is the key by which the prepared statement
// is found: building the text for every group would cost more than running it.
type many struct {
	before         string
	count, columns int
	after          string
}

// text returns the statement, with "(?,?),(?,?)" for two rows of two columns.
func (m many) text() string {
	row := "(" + strings.Repeat("?,", m.columns-1) + "?)"
	return m.before + strings.Repeat(row+",", m.count-1) + row + m.after
}

// changeMany runs the statement and returns how many rows it changed.
func (t *tx) changeMany(m many, args []any) (int64, error) {
	stmt := t.w.many[m]
	if stmt == nil {
		var err error
		if stmt, err = t.w.conn.PrepareContext(t.ctx, m.text()); err != nil {
			return 0, err
		}
		t.w.many[m] = stmt
	}
	result, err := stmt.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
