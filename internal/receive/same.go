package receive

import (
	"crypto/sha256"

	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
)

// What a source's dedupe rule may be, beside the places of provider.Place.
const (
	DedupeByID   = "id"
	DedupeByBody = "body"
	DedupeOff    = "none"
)

// sameKey returns what makes two webhooks of the source the same one; empty for never.
func (d *Door) sameKey(check *provider.Check, v provider.Verdict) string {
	rule := d.source.Rules.Dedupe.By
	switch {
	case rule == DedupeOff:
		return ""
	case rule == DedupeByBody || rule == DedupeByID && v.ID == "":
		return v.BodyKey(check.Request.Body)
	case rule == DedupeByID:
		return "id:" + v.ID
	case rule != "":
		return d.chosenKey(check)
	case !v.Signed && v.ID == "": // a device that says the same thing every minute means it
		return ""
	}
	return v.Key
}

// chosenKey reads the place that the rule names. What is not there is the same as nothing.
func (d *Door) chosenKey(check *provider.Check) string {
	if d.dedupe.None() {
		return ""
	}
	text, err := d.dedupe.Read(check)
	if err != nil || text == "" || provider.IsNull(text) {
		return ""
	}
	return d.source.Rules.Dedupe.By + "=" + text
}

// sameHash binds a key to its source, by its id: that stays when everything moves to another database.
func sameHash(source id.ID, key string) [16]byte {
	sum := sha256.Sum256(append(source[:], key...))
	return [16]byte(sum[:16])
}
