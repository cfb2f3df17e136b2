package hook

import "strings"

// Limits of names (public interface).
const (
	MaxName    = 256 // bytes of a uid, an event type, an event id or a feature flag
	MaxChannel = 128 // bytes of a channel
	MaxTag     = 128 // bytes of a tag
)

// ValidName reports whether text has 1 to limit characters out of letters, digits and "-_.", and is
// no name that a path would swallow ("." and ".."). It is on the path of every publish.
func ValidName(text string, limit int) bool {
	return text != "." && text != ".." && validText(text, limit, "-_.")
}

// ValidChannel reports whether text has 1 to MaxChannel characters out of letters, digits and "-_.:+".
func ValidChannel(text string) bool { return validText(text, MaxChannel, "-_.:+") }

// ValidTag reports whether text has 1 to MaxTag characters out of letters, digits and "-_./\\#".
func ValidTag(text string) bool { return validText(text, MaxTag, `-_./\#`) }

// validText reports whether text has 1 to limit letters, digits and characters of punctuation.
func validText(text string, limit int, punctuation string) bool {
	if len(text) == 0 || len(text) > limit {
		return false
	}
	for i := range len(text) {
		c := text[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && strings.IndexByte(punctuation, c) < 0 {
			return false
		}
	}
	return true
}
