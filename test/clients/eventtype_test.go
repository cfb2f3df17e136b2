package clients_test

import (
	"net/http"
	"slices"
	"testing"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/test/harness"
)

func (j *journey) eventType(name string) *svix.EventTypeOut {
	j.t.Helper()
	created, err := j.EventType.Create(j.t.Context(), &svix.EventTypeIn{Name: name, Description: "About " + name})
	harness.Check(j.t, err)
	return created
}

func TestEventTypeIsCreatedOnceAndUpdated(t *testing.T) {
	t.Parallel()
	j := start(t)
	created := j.eventType("user.created")

	_, errAgain := j.EventType.Create(t.Context(), &svix.EventTypeIn{Name: "user.created"})
	found, err := j.EventType.Get(t.Context(), "user.created")
	harness.Check(t, err)
	updated, err := j.EventType.Update(t.Context(), "user.created", &svix.EventTypeUpdate{Description: "Updated"})
	harness.Check(t, err)
	upserted, err := j.EventType.Update(t.Context(), "user.moved", &svix.EventTypeUpdate{Description: "Upserted"})
	harness.Check(t, err)

	refused(t, "second event type of the name", errAgain, http.StatusConflict)
	harness.Equal(t, "event type", found, created)
	harness.Equal(t, "description after an update", updated.Description, "Updated")
	harness.Equal(t, "name of the upserted event type", upserted.Name, "user.moved")
}

func TestEventTypePatchKeepsWhatIsAbsent(t *testing.T) {
	t.Parallel()
	j := start(t)
	schema := map[string]any{"1": map[string]any{"type": "object"}}
	_, err := j.EventType.Create(t.Context(), &svix.EventTypeIn{
		Name: "user.created", Description: "Before", Schemas: schema, FeatureFlag: ptr("beta"),
	})
	harness.Check(t, err)

	patched, err := j.EventType.Patch(t.Context(), "user.created", &svix.EventTypePatch{Description: ptr("After")})
	harness.Check(t, err)
	cleared, err := j.EventType.Patch(t.Context(), "user.created", &svix.EventTypePatch{FeatureFlag: *svix.NullableString(nil)})
	harness.Check(t, err)

	harness.Equal(t, "patched description", patched.Description, "After")
	harness.Equal(t, "schemas when absent", patched.Schemas, schema)
	harness.Equal(t, "feature flag when absent", patched.GetFeatureFlag(), "beta")
	harness.Equal(t, "feature flag when null", cleared.FeatureFlag, nil)
}

func TestEventTypeIsArchivedThenExpunged(t *testing.T) {
	t.Parallel()
	j := start(t)
	j.eventType("user.created")

	harness.Check(t, j.EventType.Delete(t.Context(), "user.created"))
	archived, err := j.EventType.Get(t.Context(), "user.created")
	harness.Check(t, err)
	harness.Equal(t, "archived", archived.GetArchived(), true)
	harness.Equal(t, "listed", j.lists("user.created", false), false)
	harness.Equal(t, "listed with the archived", j.lists("user.created", true), true)

	harness.Check(t, j.EventType.DeleteWithOptions(t.Context(), "user.created", &svix.EventTypeDeleteOptions{Expunge: ptr(true)}))
	_, err = j.EventType.Get(t.Context(), "user.created")
	refused(t, "get of an expunged event type", err, http.StatusNotFound)
	harness.Equal(t, "listed after the expunge", j.lists("user.created", true), false)
}

// lists tells whether the list of event types has one of the name.
func (j *journey) lists(name string, archived bool) bool {
	j.t.Helper()
	list, err := j.EventType.List(j.t.Context(), &svix.EventTypeListOptions{IncludeArchived: &archived})
	harness.Check(j.t, err)
	return slices.ContainsFunc(list.Data, func(e svix.EventTypeOut) bool { return e.Name == name })
}

func TestEventTypeListShowsSchemasOnRequest(t *testing.T) {
	t.Parallel()
	j := start(t)
	schema := map[string]any{"1": map[string]any{"type": "object"}}
	_, err := j.EventType.Create(t.Context(), &svix.EventTypeIn{Name: "user.created", Schemas: schema})
	harness.Check(t, err)

	with, err := j.EventType.List(t.Context(), &svix.EventTypeListOptions{WithContent: ptr(true)})
	harness.Check(t, err)
	without, err := j.EventType.List(t.Context(), &svix.EventTypeListOptions{WithContent: ptr(false)})
	harness.Check(t, err)

	harness.Equal(t, "schemas with content", with.Data[0].Schemas, schema)
	harness.Equal(t, "number of schemas without content", len(without.Data[0].Schemas), 0)
}
