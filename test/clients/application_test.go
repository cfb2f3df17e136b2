package clients_test

import (
	"net/http"
	"testing"

	svix "github.com/svix/svix-webhooks/go"

	"github.com/posthorn/posthorn/test/harness"
)

func TestApplicationIsFoundByIDAndByUID(t *testing.T) {
	t.Parallel()
	j := start(t)

	created, err := j.Application.Create(t.Context(), &svix.ApplicationIn{
		Name: "Acme", Uid: ptr("acme"), Metadata: &map[string]string{"plan": "gold"},
	})
	harness.Check(t, err)
	byID, err := j.Application.Get(t.Context(), created.Id)
	harness.Check(t, err)
	byUID, err := j.Application.Get(t.Context(), "acme")
	harness.Check(t, err)

	harness.Equal(t, "application by id", byID, created)
	harness.Equal(t, "application by uid", byUID, created)
	harness.Equal(t, "metadata", created.Metadata, map[string]string{"plan": "gold"})
}

func TestApplicationUIDIsTakenOnce(t *testing.T) {
	t.Parallel()
	j := start(t)
	first := j.app("acme")

	_, err := j.Application.Create(t.Context(), &svix.ApplicationIn{Name: "Other", Uid: ptr("acme")})
	same, errSame := j.Application.GetOrCreate(t.Context(), &svix.ApplicationIn{Name: "Other", Uid: ptr("acme")})
	harness.Check(t, errSame)
	other, errOther := j.Application.GetOrCreate(t.Context(), &svix.ApplicationIn{Name: "New", Uid: ptr("new")})
	harness.Check(t, errOther)

	refused(t, "second application with the uid", err, http.StatusConflict)
	harness.Equal(t, "existing application", same, first)
	harness.Equal(t, "name of the new application", other.Name, "New")
}

func TestApplicationUpdateReplacesAndPatchKeeps(t *testing.T) {
	t.Parallel()
	j := start(t)
	app := j.app("acme")

	patched, err := j.Application.Patch(t.Context(), app.Id, &svix.ApplicationPatch{Metadata: &map[string]string{"a": "b"}})
	harness.Check(t, err)
	harness.Equal(t, "name after a patch without it", patched.Name, "acme")
	harness.Equal(t, "uid after a patch without it", patched.GetUid(), "acme")
	harness.Equal(t, "patched metadata", patched.Metadata, map[string]string{"a": "b"})

	cleared, err := j.Application.Patch(t.Context(), app.Id, &svix.ApplicationPatch{Uid: *svix.NullableString(nil)})
	harness.Check(t, err)
	harness.Equal(t, "uid after a patch with null", cleared.Uid, nil)

	updated, err := j.Application.Update(t.Context(), app.Id, &svix.ApplicationIn{Name: "Renamed", Uid: ptr("again")})
	harness.Check(t, err)
	harness.Equal(t, "name after an update", updated.Name, "Renamed")
	harness.Equal(t, "uid after an update", updated.GetUid(), "again")
	harness.Equal(t, "metadata after an update without it", updated.Metadata, map[string]string{})
}

func TestApplicationUpdateCreatesWhatIsMissing(t *testing.T) {
	t.Parallel()
	j := start(t)

	created, err := j.Application.Update(t.Context(), "acme", &svix.ApplicationIn{Name: "Acme", Uid: ptr("acme")})
	harness.Check(t, err)
	found, err := j.Application.Get(t.Context(), "acme")
	harness.Check(t, err)

	harness.Equal(t, "upserted application", found, created)
}

func TestDeletedApplicationIsGone(t *testing.T) {
	t.Parallel()
	j := start(t)
	app := j.app("acme")

	harness.Check(t, j.Application.Delete(t.Context(), app.Id))
	_, errGet := j.Application.Get(t.Context(), "acme")
	errDelete := j.Application.Delete(t.Context(), app.Id)
	list, err := j.Application.List(t.Context(), nil)
	harness.Check(t, err)

	refused(t, "get", errGet, http.StatusNotFound)
	refused(t, "second delete", errDelete, http.StatusNotFound)
	for _, left := range list.Data {
		if left.Id == app.Id {
			t.Error("a deleted application is listed")
		}
	}
}
