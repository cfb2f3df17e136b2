package postgres_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/internal/store/storetest"
)

// Tables that are small by nature may be read from end to end, and so may indexes that hold open work only.
const (
	smallTables = `^(application|event_type|run|token|change|heartbeat|expired|open_message|agreement|gone_source|pg_\w+|(posthorn_schema|goose_db)_version)$`
	openIndexes = `^(received_p\d+_(due_at_key|run_changed_at_key)_idx|received_same_by_end|refusal_by_hour|refused_by_time|delivery_(waiting|sending)|open_message_pkey|claim_by_end|event_id_by_end|short_payload_pkey|tally_by_hour)$`
)

func TestNoQueryReadsATableThatGrowsFromEndToEnd(t *testing.T) {
	t.Parallel()
	db := planner(t, "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan")
	tables, indexes := regexp.MustCompile(smallTables), regexp.MustCompile(openIndexes)
	all := storetest.Queries(t)

	for where, query := range all {
		nodes, err := db.plan(t, postgres.Complete(query, false, 64))
		if err != nil {
			fragment(t, all, where, err)
		}
		for _, n := range nodes {
			whole := n.Type == "Seq Scan" || n.Index != "" && n.Condition == ""
			if whole && !tables.MatchString(n.Table) && !indexes.MatchString(n.Index) {
				t.Errorf("%s: %s of %s by %q\n%s", where, n.Type, n.Table, n.Index, query)
			}
		}
	}

	if len(all) < 60 {
		t.Fatalf("found only %d queries: does the search still work?", len(all))
	}
}

func TestListsAreReadInTheirOrderAndNotSorted(t *testing.T) {
	t.Parallel()
	db := planner(t, postgres.BeginView)

	for _, query := range postgres.Walks() {
		db.only(t, query, "LockRows", "Limit", "Merge Append", "Append", "Nested Loop", "Index Scan", "Index Only Scan", "Subquery Scan", "Result",
			"WindowAgg")
	}
}

func TestPagesAreFilledRowByRow(t *testing.T) {
	t.Parallel()
	db := planner(t, postgres.BeginView)

	for _, query := range postgres.Lookups() {
		db.only(t, query, "Function Scan", "Limit", "Merge Append", "Append", "Nested Loop", "Index Scan", "Index Only Scan")
	}
}

// only fails the test if a query takes other steps, or reads an index that it has no place in.
func (a asked) only(t *testing.T, query string, allowed ...string) {
	t.Helper()
	nodes, err := a.plan(t, query)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		if !slices.Contains(allowed, n.Type) || n.Index != "" && n.Condition == "" {
			t.Errorf("%s of %s by %q\n%s", n.Type, n.Table, n.Index, query)
		}
	}
	if !slices.ContainsFunc(nodes, func(n node) bool { return n.Index != "" }) {
		t.Errorf("no index is used: does the plan show anything?\n%s", query)
	}
}

// fragment fails the test unless the query is a part of one that is put together where it is used.
func fragment(t *testing.T, all map[string]string, where string, err error) {
	t.Helper()
	query := all[where]
	unfinished := strings.Contains(err.Error(), "at end of input") || strings.HasPrefix(query, " ")
	for _, other := range all {
		unfinished = unfinished || len(other) > len(query) && strings.Contains(other, query)
	}
	if !unfinished {
		t.Errorf("%s: %v\n%s", where, err, query)
	}
}
