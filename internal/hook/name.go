package hook

// Limits of names (public interface).
const (
	MaxName    = 256 // bytes of a uid, an event type, an event id or a feature flag
	MaxChannel = 128 // bytes of a channel
)

// ValidName reports whether text has 1 to limit characters out of letters, digits and "-_.", and is
// no name that a path would swallow ("." and ".."). It is on the path of every publish.
func ValidName(text string, limit int) bool {
	if len(text) == 0 || len(text) > limit || text == "." || text == ".." {
		return false
	}
	for i := range len(text) {
		c := text[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}
