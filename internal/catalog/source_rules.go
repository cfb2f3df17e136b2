package catalog

import (
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/provider"
)

// Limits of what a source's owner may choose.
const (
	maxAnswerBody   = 4 << 10
	maxMediaTypes   = 20
	maxRuleHeaders  = 50
	maxDedupeWindow = 30 * 24 * time.Hour
	minKeep         = time.Hour
	maxKeep         = 3650 * 24 * time.Hour
	maxPrefix       = 100
)

// checkRules refuses rules that could not be kept.
func (s *Sources) checkRules(r hook.SourceRules) error {
	if r.MaxBody < 0 || r.MaxBody > s.config.MaxBody {
		return fault.In("maxBody", "value_error", "Use 1 to %d bytes; the server's setting max_body is the most.", s.config.MaxBody)
	}
	if r.RateLimit < 0 || r.RateLimit > MaxRateLimit {
		return fault.In("rateLimit", "value_error", "Use 1 to %d, or null for no limit.", MaxRateLimit)
	}
	return first(
		checkMethods(r.Methods),
		checkMediaTypes(r.ContentTypes),
		checkAnswer(r.Answer),
		checkDedupe(r.Dedupe),
		checkForward(r.Forward),
		s.checkForwarded(r.Forward.Headers),
		checkKeep("keep.newHours", r.Keep.New), checkKeep("keep.doneHours", r.Keep.Done), checkKeep("keep.failedHours", r.Keep.Failed),
	)
}

func checkMethods(methods []string) error {
	for _, m := range methods {
		if !slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE", "GET"}, m) {
			return fault.In("methods", "value_error", "Use POST, PUT, PATCH, DELETE or GET.")
		}
	}
	return nil
}

func checkMediaTypes(types []string) error {
	if len(types) > maxMediaTypes {
		return fault.In("contentTypes", "value_error", "Use at most %d content types.", maxMediaTypes)
	}
	for _, t := range types {
		kind, parameters, err := mime.ParseMediaType(t)
		if err != nil || kind != t || len(parameters) > 0 || !strings.Contains(t, "/") {
			return fault.In("contentTypes", "value_error", "Write a content type in small letters without parameters, such as application/json.")
		}
	}
	return nil
}

// The statuses of success whose answers have no body (RFC 9110, sections 15.3.5 and 15.3.6).
const (
	noContent    = 204
	resetContent = 205
)

// checkAnswer lets through only what nothing runs in a browser (hostile input S28).
func checkAnswer(a hook.Answer) error {
	if a.Status != 0 && (a.Status < 200 || a.Status > 299) {
		return fault.In("answer.status", "value_error", "Use 200 to 299: a webhook that was taken is answered with success.")
	}
	if a.ContentType != "" && !slices.Contains([]string{provider.Text, provider.JSON, provider.XML}, a.ContentType) {
		return fault.In("answer.contentType", "value_error", "Use %q, %q or %q.", provider.Text, provider.JSON, provider.XML)
	}
	if len(a.Body) > maxAnswerBody {
		return fault.In("answer.body", "value_error", "Use at most %d bytes.", maxAnswerBody)
	}
	if a.Body != "" && (a.Status == noContent || a.Status == resetContent) {
		return fault.In("answer.body", "value_error", "Leave the body out, or use the status 200: an answer with %d has none.", a.Status)
	}
	return nil
}

func checkDedupe(d hook.Dedupe) error {
	if d.Window != 0 && (d.Window < time.Second || d.Window > maxDedupeWindow) {
		return fault.In("dedupe.windowSeconds", "value_error", "Use 1 to %d seconds.", int(maxDedupeWindow.Seconds()))
	}
	if err := checkDedupePlace(d); err != nil {
		return err
	}
	if name, is := strings.CutPrefix(d.By, "header:"); is {
		return checkHeaderName("dedupe.by", name)
	}
	if place, _ := provider.Place(d.By); !place.None() || slices.Contains([]string{"", "id", "body", "none"}, d.By) {
		return nil
	}
	return fault.In("dedupe.by", "value_error", "Use id, body, none, json: with a path, or header:, form: or query: with a name.")
}

// checkDedupePlace refuses a rule that names a malformed place.
func checkDedupePlace(d hook.Dedupe) error {
	if _, err := provider.Place(d.By); err != nil {
		return fault.In("dedupe.by", "value_error", "%s", err)
	}
	for _, prefix := range []string{"form:", "query:"} {
		if name, is := strings.CutPrefix(d.By, prefix); is && (name == "" || strings.HasPrefix(name, ":json:") || len(name) > hook.MaxName) {
			return fault.In("dedupe.by", "value_error", "Write a name of 1 to %d bytes behind %s, such as %sorder_id.", hook.MaxName, prefix, prefix)
		}
	}
	return nil
}

func checkForward(f hook.Forward) error {
	if f.Prefix != "" {
		if err := checkName("forward.prefix", f.Prefix, maxPrefix); err != nil {
			return err
		}
	}
	if len(f.EventTypes) > MaxEventTypes {
		return fault.In("forward.eventTypes", "value_error", "Use at most %d event types.", MaxEventTypes)
	}
	for _, t := range f.EventTypes {
		if err := checkText("forward.eventTypes", t, false); err != nil || len(t) > hook.MaxName {
			return fault.In("forward.eventTypes", "value_error", "Use at most %d characters, none of them control characters.", hook.MaxName)
		}
	}
	return checkChannels("forward.channels", f.Channels, hook.MaxMessageChannels)
}

// checkForwarded refuses headers that never go along, however often they come.
func (s *Sources) checkForwarded(names []string) error {
	const field = "forward.headers"
	if len(names) > maxRuleHeaders {
		return fault.In(field, "value_error", "Use at most %d headers, or * for all.", maxRuleHeaders)
	}
	for _, name := range names {
		switch {
		case name == "*":
		case !isHeaderName(name):
			return fault.In(field, "value_error", "Name headers as they stand in a request, without the colon, or use * for all.")
		case s.config.Forwards != nil && !s.config.Forwards(name):
			return fault.In(field, "never_forwarded", "Leave %s out, it never goes along. Nor does any credential or cookie, what belongs to the connection or to proxies, "+
				"what Posthorn says itself, or a name with other characters than letters, digits and hyphens.", name)
		}
	}
	return nil
}

func checkHeaderName(field, name string) error {
	if isHeaderName(name) {
		return nil
	}
	return fault.In(field, "value_error", "Name the header as it stands in a request, without the colon, such as X-Request-Id.")
}

// isHeaderName reports whether a request can have a header of this name: a token (RFC 9110, section 5.6.2).
func isHeaderName(name string) bool {
	return name != "" && len(name) <= hook.MaxName && !strings.ContainsFunc(name, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

func checkKeep(field string, d time.Duration) error {
	if d != 0 && (d < minKeep || d > maxKeep) {
		return fault.In(field, "value_error", "Use 1 to %d hours.", int(maxKeep.Hours()))
	}
	return nil
}
