package all

import (
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// each is what stands at a path with a # in it, once for every event of a batch: together they tell a repetition. A
// batch in which nothing stands there has none; without this, all such batches would be taken for one.
func each(path string) provider.Piece {
	at := provider.JSONPath(path)
	return provider.Computed(at.String(), func(c *provider.Check) (string, error) {
		list, err := at.Read(c)
		if err == nil && strings.Trim(list, "[nul, ]") == "" { // [] or [null,null]
			return "", provider.Refuse(provider.Missing, at.String())
		}
		return list, err
	}, at)
}
