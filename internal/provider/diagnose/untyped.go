package diagnose

import (
	"encoding/json"
	"slices"

	"github.com/posthorn/posthorn/internal/provider"
)

// checkOf returns what one provider is to judge. Where nobody said what the content type was, it is one that the provider
// sends: a form is read by it, and a person who names a header and a body has not said that there was none.
func (c Case) checkOf(p provider.Provider) provider.Check {
	check := c.Check
	if !c.Untyped || len(p.ContentTypes) == 0 {
		return check
	}
	const asJSON, asForm = "application/json", "application/x-www-form-urlencoded"
	kind := p.ContentTypes[0]
	for _, likely := range []string{asForm, asJSON} {
		if json.Valid(check.Request.Body) == (likely == asJSON) && slices.Contains(p.ContentTypes, likely) {
			kind = likely
		}
	}
	setHeader(&check, "Content-Type", kind)
	return check
}
