package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/posthorn/posthorn/internal/api"
)

func TestItemThatCannotBeWrittenIsNamedAndTheListGoesOn(t *testing.T) {
	t.Parallel()
	type item struct {
		ID string    `json:"id"`
		At time.Time `json:"at"`
	}
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	var text strings.Builder

	err := api.WriteList(&text, api.ListResponse[item]{Data: []item{{"a", at}, {"b", at.AddDate(10_000, 0, 0)}, {"c", at}}, Done: true})

	var got struct {
		Data []struct{ ID, At, Problem string }
		Done bool
	}
	if err != nil || json.Unmarshal([]byte(text.String()), &got) != nil || len(got.Data) != 3 || !got.Done {
		t.Fatalf("got %s, %v", text.String(), err)
	}
	if got.Data[0].ID != "a" || got.Data[2].ID != "c" || got.Data[2].At == "" {
		t.Errorf("the other items are %+v", got.Data)
	}
	if odd := got.Data[1]; odd.ID != "b" || !strings.HasPrefix(odd.Problem, "This item cannot be written as JSON: ") {
		t.Errorf("the item is %+v", odd)
	}
}
