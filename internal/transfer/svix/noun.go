package svix

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/signature"
)

// The functions here turn what the source shows into our nouns, and refuse what we could not keep.

func (e EventType) noun(now time.Time) (hook.EventType, error) {
	if !hook.ValidName(e.Name, hook.MaxName) {
		return hook.EventType{}, fault.In("name", "bad_name", "Its name has characters that no name has here.")
	}
	flag := e.FeatureFlag
	if flag == "" && len(e.FeatureFlags) > 0 {
		flag = e.FeatureFlags[0]
	}
	t := hook.EventType{
		Name: e.Name, Description: e.Description, Group: e.GroupName, FeatureFlag: flag,
		Archived: e.Archived, Deprecated: e.Deprecated, CreatedAt: whole(e.CreatedAt, now), UpdatedAt: whole(e.UpdatedAt, now),
	}
	var schemas map[string]json.RawMessage
	if json.Unmarshal(e.Schemas, &schemas) == nil && len(schemas) > 0 {
		compact := &bytes.Buffer{}
		if err := json.Compact(compact, e.Schemas); err != nil {
			return t, fault.In("schemas", "bad_schema", "Its schemas are no JSON object.")
		}
		t.Schemas = compact.Bytes()
	}
	return t, nil
}

func (a Application) noun(now time.Time) (hook.Application, error) {
	parsed, err := id.Application.Parse(a.ID)
	if err != nil {
		return hook.Application{}, badID()
	}
	return hook.Application{
		ID: parsed, UID: a.UID, Name: a.Name, RateLimit: cmp.Or(a.ThrottleRate, a.RateLimit), Metadata: a.Metadata,
		CreatedAt: whole(a.CreatedAt, now), UpdatedAt: whole(a.UpdatedAt, now),
	}, checkUID(id.Application, a.UID)
}

func badID() error {
	return fault.In("id", "bad_id", "Its id is not made as ids are here, so it cannot be kept.")
}

func checkUID(kind id.Kind, uid string) error {
	if _, err := kind.Parse(uid); uid != "" && (err == nil || !hook.ValidName(uid, hook.MaxName)) {
		return fault.In("uid", "bad_uid", "Its uid has characters that no uid has here, or looks like an id.")
	}
	return nil
}

// whole is a time as the store keeps it, or now if the source does not say.
func whole(t, now time.Time) time.Time {
	if t.IsZero() {
		t = now
	}
	return t.UTC().Truncate(time.Microsecond)
}

// furnished is an endpoint with what else the source says about it.
type furnished struct {
	endpoint hook.Endpoint
	exists   bool
	hidden   string // headers without values
	problem  error  // why it cannot be taken over
}

// furnish asks for an endpoint's key and headers, unless what is stored stays as it is. Its error is the
// source's or the store's.
func (r *run) furnish(ctx context.Context, of hook.Application, e Endpoint, f *furnished) error {
	here, err := r.To.Endpoint(ctx, of.Key, store.Ref{ID: f.endpoint.ID})
	f.exists = err == nil
	if err != nil && fault.KindOf(err) != fault.NotFound || f.exists && !r.Update {
		return err
	}
	key, headers, err := r.ask(ctx, id.Application.Text(of.ID), e.ID)
	if fault.KindOf(err) == fault.NotFound {
		f.problem = fault.New(fault.Conflict, "gone", "It was deleted at the source meanwhile.")
		return nil
	}
	if err != nil {
		return err
	}
	own, hidden, err := r.merge(headers, here)
	if err != nil {
		return err
	}
	f.hidden = strings.Join(hidden, ", ")
	f.problem = r.fit(&f.endpoint, e.URL, key, own)
	return nil
}

// ask gets what the source tells only one by one.
func (r *run) ask(ctx context.Context, application, endpoint string) (key string, headers Headers, err error) {
	if key, err = r.From.Secret(ctx, application, endpoint); err != nil {
		return "", headers, err
	}
	headers, err = r.From.Headers(ctx, application, endpoint)
	return key, headers, err
}

// merge returns the headers that the source shows, with those that it hides as they are here, if somebody has set
// them again since, and the names of those that are missing.
func (r *run) merge(from Headers, here hook.Endpoint) (own map[string]string, missing []string, err error) {
	set, err := r.Vault.Headers(here)
	if err != nil {
		return nil, nil, err
	}
	own = map[string]string{}
	maps.Copy(own, from.Headers)
	for _, name := range slices.Sorted(slices.Values(from.Sensitive)) {
		if value, there := set[name]; there {
			own[name] = value
		} else {
			missing = append(missing, name)
		}
	}
	return own, missing, nil
}

func (e Endpoint) noun(application hook.Key, now time.Time) (hook.Endpoint, error) {
	parsed, err := id.Endpoint.Parse(e.ID)
	if err != nil {
		return hook.Endpoint{}, badID()
	}
	n := hook.Endpoint{
		ApplicationKey: application, ID: parsed, UID: e.UID, Description: e.Description,
		EventTypes: asSet(e.FilterTypes, e.EventTypes), Channels: asSet(e.Channels), RateLimit: cmp.Or(e.ThrottleRate, e.RateLimit),
		Metadata: e.Metadata, Disabled: e.Disabled, CreatedAt: whole(e.CreatedAt, now), UpdatedAt: whole(e.UpdatedAt, now),
	}
	for _, name := range slices.Concat(n.EventTypes, n.Channels) {
		if !hook.ValidName(name, hook.MaxName) {
			return n, fault.In("filterTypes", "bad_name", "Its filter has the name %q, which has characters that no name has here.", name)
		}
	}
	return n, checkUID(id.Endpoint, e.UID)
}

// asSet puts lists together, sorted and without doubles; nothing is nil, which means all.
func asSet(lists ...[]string) []string {
	all := slices.Concat(lists...)
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fit checks where the endpoint points, and seals what is secret about it.
func (r *run) fit(e *hook.Endpoint, raw, text string, headers map[string]string) error {
	target, _, err := r.Policy.CheckURL(raw)
	if err != nil {
		return err
	}
	e.URL = target.String()
	key, err := signature.Parse(text)
	if err != nil || !key.CanSign() {
		return fault.In("secret", "bad_secret", "The source does not show a key that can sign for it: create it anew, and give its receiver the new key.")
	}
	if err := egress.CheckHeaders(headers); err != nil {
		return err
	}
	return r.Vault.Conceal(e, directory.Plain{
		Keys: []directory.PlainKey{{Key: key}}, Headers: headers, Credentials: credentials(raw),
	})
}

// credentials returns the user and password that stand in a URL that was checked.
func credentials(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil {
		return ""
	}
	password, _ := u.User.Password()
	if u.User.Username() == "" && password == "" {
		return ""
	}
	return u.User.Username() + ":" + password
}
