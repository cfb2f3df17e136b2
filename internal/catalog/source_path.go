package catalog

import (
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
)

// checkPath refuses a path into a JSON body at which nothing stands in any body, in the ways in which people get
// them wrong: package provider reads the paths of github.com/tidwall/gjson, which are neither JSONPath nor JavaScript.
func checkPath(field, path string) error {
	refuse := func(advice string) error { return fault.In(field, "value_error", "%s", advice) }
	switch {
	case path == "":
		return refuse("Write a path, such as order.id.")
	case len(path) > hook.MaxName:
		return fault.In(field, "value_error", "Use a path of at most %d bytes.", hook.MaxName)
	case strings.TrimSpace(path) != path:
		return refuse("Leave out the space before or behind the path.")
	case path == "$" || strings.HasPrefix(path, "$.") || strings.HasPrefix(path, "$["):
		return refuse("Begin the path with a name: order.id, not $.order.id.")
	case strings.ContainsAny(path, "\\@#({\"`"): // queries, modifiers and escapes may hold anything
		return nil
	}
	for name := range strings.SplitSeq(path, ".") {
		if name == "" {
			return refuse("Put one full stop between two names, and none before or behind the path: order.id.")
		}
		if _, index, found := strings.Cut(name, "["); found && index != "" && '0' <= index[0] && index[0] <= '9' {
			return refuse("Write the number of an item between full stops: items.0.id, not items[0].id.")
		}
	}
	return nil
}
