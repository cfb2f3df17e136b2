package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/secret"
)

// Headers returns the caller's own headers of the endpoint as they may be shown: those whose name says
// that the value is a secret are named in hidden, sorted, and their values left out.
func (s *Endpoints) Headers(
	ctx context.Context, application hook.Key, ref string,
) (shown map[string]string, hidden []string, err error) {
	e, err := s.Get(ctx, application, ref)
	if err != nil {
		return nil, nil, err
	}
	headers, err := s.vault.Headers(e)
	if err != nil {
		return nil, nil, err
	}
	shown, hidden = map[string]string{}, []string{}
	for name, value := range headers {
		if secret.HiddenHeader(name) {
			hidden = append(hidden, name)
			continue
		}
		shown[name] = value
	}
	slices.Sort(hidden)
	return shown, hidden, nil
}

// PutHeaders replaces all headers of the endpoint.
func (s *Endpoints) PutHeaders(ctx context.Context, application hook.Key, ref string, headers map[string]string) error {
	_, err := s.update(ctx, application, ref, func(e *hook.Endpoint) error { return s.setHeaders(e, headers) })
	return err
}

// PatchHeaders sets the named headers and takes away those whose value is nil. Names are compared
// without regard to case, as HTTP does.
func (s *Endpoints) PatchHeaders(ctx context.Context, application hook.Key, ref string, patch map[string]*string) error {
	_, err := s.update(ctx, application, ref, func(e *hook.Endpoint) error {
		headers, err := s.vault.Headers(*e)
		if err != nil {
			return err
		}
		return s.setHeaders(e, merged(headers, patch))
	})
	return err
}

func merged(headers map[string]string, patch map[string]*string) map[string]string {
	result := map[string]string{}
	for name, value := range headers {
		result[name] = value
	}
	for name, value := range patch {
		for old := range headers {
			if strings.EqualFold(old, name) {
				delete(result, old)
			}
		}
		if value != nil {
			result[name] = *value
		}
	}
	return result
}

// setHeaders checks, seals and stores headers.
func (s *Endpoints) setHeaders(e *hook.Endpoint, headers map[string]string) error {
	if err := egress.CheckHeaders(headers); err != nil {
		return err
	}
	seen := make(map[string]bool, len(headers))
	for name := range headers {
		lower := strings.ToLower(name)
		if seen[lower] {
			return fault.In("headers", "value_error", "Name every header once, whatever its case.")
		}
		seen[lower] = true
	}
	sealed, err := s.vault.SealHeaders(e.ID, headers)
	if err != nil {
		return err
	}
	e.Headers = sealed
	return nil
}

// dropHidden removes the hidden headers of an endpoint whose URL was another one before, unless both URLs have the same
// origin, and returns their names, sorted. The stored URLs are normalised, so their spelling does not matter.
func (s *Endpoints) dropHidden(e *hook.Endpoint, before string) (dropped []string, err error) {
	if sameOrigin(before, e.URL) {
		return nil, nil
	}
	kept, err := s.vault.Headers(*e)
	if err != nil {
		return nil, err
	}
	for name := range kept {
		if secret.HiddenHeader(name) {
			dropped = append(dropped, name)
			delete(kept, name)
		}
	}
	if dropped == nil {
		return nil, nil
	}
	slices.Sort(dropped)
	e.Headers, err = s.vault.SealHeaders(e.ID, kept)
	return dropped, err
}
