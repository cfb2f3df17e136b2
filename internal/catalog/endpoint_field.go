package catalog

import (
	"net/url"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
)

// NewEndpoint is what a caller says about an endpoint. Secret and Headers count only when it is created.
type NewEndpoint struct {
	UID         string
	URL         string // user and password in front of the host are kept apart, sealed
	Description string
	EventTypes  []string // nil is all
	Channels    []string // nil is all
	RateLimit   int      // zero is no limit
	Metadata    map[string]string
	Disabled    bool
	Secret      string // a signing key as text; empty for a new one
	Headers     map[string]string
}

// EndpointPatch changes those fields that are not nil.
type EndpointPatch struct {
	UID         *string
	URL         *string
	Description *string
	EventTypes  *[]string
	Channels    *[]string
	RateLimit   *int
	Metadata    *map[string]string
	Disabled    *bool
}

// patch returns the patch that makes an existing endpoint what n says.
func (n NewEndpoint) patch() EndpointPatch {
	return EndpointPatch{
		UID: &n.UID, URL: &n.URL, Description: &n.Description, EventTypes: &n.EventTypes,
		Channels: &n.Channels, RateLimit: &n.RateLimit, Metadata: &n.Metadata, Disabled: &n.Disabled,
	}
}

func (s *Endpoints) apply(e *hook.Endpoint, p EndpointPatch) error {
	set(&e.UID, p.UID)
	set(&e.Description, p.Description)
	set(&e.EventTypes, p.EventTypes)
	set(&e.Channels, p.Channels)
	set(&e.RateLimit, p.RateLimit)
	set(&e.Metadata, p.Metadata)
	if p.Disabled != nil {
		switchTo(e, *p.Disabled)
	}
	e.EventTypes, e.Channels = asSet(e.EventTypes), asSet(e.Channels)
	if err := checkEndpoint(*e); err != nil || p.URL == nil {
		return err
	}
	return s.setURL(e, *p.URL)
}

// switchTo turns the endpoint on or off. Turning on forgets why it was off, and gives it the whole of
// hook.GiveUpAfter again.
func switchTo(e *hook.Endpoint, disabled bool) {
	if !disabled {
		e.DisabledReason = ""
	}
	if e.Disabled && !disabled {
		e.FailingSince = time.Time{}
	}
	e.Disabled = disabled
}

// setURL checks and stores the URL. Credentials that are not mentioned stay as long as the origin stays,
// since callers send back the URL as it was shown to them, which is without.
func (s *Endpoints) setURL(e *hook.Endpoint, raw string) error {
	target, credentials, err := s.config.Policy.CheckURL(raw)
	if err != nil {
		return err
	}
	if credentials == nil && !sameOrigin(e.URL, target.String()) {
		e.Credentials = nil
	}
	e.URL = target.String()
	if credentials == nil {
		return nil
	}
	e.Credentials, err = s.vault.SealCredentials(e.ID, *credentials)
	return err
}

// sameOrigin reports whether two normalised URLs have the same scheme, host and port.
func sameOrigin(a, b string) bool {
	left, errLeft := url.Parse(a)
	right, errRight := url.Parse(b)
	return errLeft == nil && errRight == nil && left.Scheme == right.Scheme && left.Host == right.Host
}

func checkEndpoint(e hook.Endpoint) error {
	return first(
		checkUID(id.Endpoint, e.UID),
		checkText("description", e.Description, true),
		checkNames("eventTypes", e.EventTypes, MaxEventTypes, hook.MaxName),
		checkChannels("channels", e.Channels, MaxChannels),
		checkRate(e.RateLimit),
		checkMetadata(e.Metadata),
		checkNotEmpty("eventTypes", e.EventTypes),
		checkNotEmpty("channels", e.Channels),
	)
}

// checkNotEmpty refuses an empty list: it would read as "nothing" and mean "all".
func checkNotEmpty(field string, list []string) error {
	if list != nil && len(list) == 0 {
		return fault.In(field, "value_error", "Use at least one item, or null for all.")
	}
	return nil
}

// asSet returns the list sorted and without doubles.
func asSet(list []string) []string {
	if list == nil {
		return nil
	}
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
