package catalog

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// Limits of what can be set up; those of names are in hook. Those of lists are of the public interface; the
// others are ours and keep one row from growing without bound.
const (
	MaxChannels    = 10    // channels of one endpoint
	MaxEventTypes  = 1000  // event types of one endpoint's filter
	MaxText        = 16384 // bytes of a display name or a description
	MaxMetadata    = 100   // pairs
	maxMetadataLen = 32768 // bytes of all pairs
	MaxRateLimit   = 65535 // requests a second
)

// checkName refuses a text that is not a name.
func checkName(field, text string, limit int) error {
	if hook.ValidName(text, limit) {
		return nil
	}
	return fault.In(field, "value_error",
		"Use 1 to %d characters out of letters, digits, hyphen, underscore and full stop.", limit)
}

// checkUID refuses a uid that is no name, or that would be taken for an id of kind k.
func checkUID(k id.Kind, uid string) error {
	if uid == "" {
		return nil
	}
	if _, err := k.Parse(uid); err == nil {
		return fault.In("uid", "value_error", "A uid must not look like an id that begins with %s_.", k)
	}
	return checkName("uid", uid, hook.MaxName)
}

// uidTaken says of an error about a name that is taken which field the name stands in. A store knows only that
// a unique rule was broken; of applications and endpoints there is one, on the uid.
func uidTaken(noun, uid string, err error) error {
	if fault.CodeOf(err) != "taken" {
		return err
	}
	problem := fault.New(fault.Conflict, "taken", "Another %s has the uid %s already; choose another uid.", noun, uid)
	problem.Field = "uid"
	return problem.Because(err)
}

// checkNames refuses a list that is too long or has a member that is no name.
func checkNames(field string, names []string, most, limit int) error {
	if len(names) > most {
		return fault.In(field, "value_error", "Use at most %d items.", most)
	}
	for _, name := range names {
		if err := checkName(field, name, limit); err != nil {
			return err
		}
	}
	return nil
}

// checkChannels refuses a list that is too long or has a member that is no channel.
func checkChannels(field string, channels []string, most int) error {
	if len(channels) > most {
		return fault.In(field, "value_error", "Use at most %d channels.", most)
	}
	for _, channel := range channels {
		if !hook.ValidChannel(channel) {
			return fault.In(field, "value_error", "Name a channel with 1 to %d letters, digits and characters of -_.:+", hook.MaxChannel)
		}
	}
	return nil
}

// checkText refuses a text that is too long, is not UTF-8 or holds control characters. Line breaks are
// fine where prose may be.
func checkText(field, text string, prose bool) error {
	if len(text) > MaxText {
		return fault.In(field, "value_error", "Use at most %d bytes.", MaxText)
	}
	bad := func(r rune) bool { return unicode.IsControl(r) && (!prose || !strings.ContainsRune("\t\r\n", r)) }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, bad) {
		return fault.In(field, "value_error", "Leave out control characters.")
	}
	return nil
}

// checkMetadata refuses metadata that is too large.
func checkMetadata(metadata map[string]string) error {
	size := 0
	for key, value := range metadata {
		size += len(key) + len(value)
	}
	if len(metadata) > MaxMetadata || size > maxMetadataLen {
		return fault.In("metadata", "value_error", "Use at most %d pairs and %d bytes.", MaxMetadata, maxMetadataLen)
	}
	return nil
}

// checkRate refuses a rate that the interface cannot express.
func checkRate(rate int) error {
	if rate < 0 || rate > MaxRateLimit {
		return fault.In("throttleRate", "value_error", "Use 1 to %d, or null for no limit.", MaxRateLimit)
	}
	return nil
}

// moment returns the time as the store keeps it, so that what is returned now is what is read later.
func moment(c clock.Clock) time.Time { return c.Now().Truncate(time.Microsecond) }

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
