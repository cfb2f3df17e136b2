package transfer

import (
	"context"
	"io"
	"time"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

// Outgoing is what an export needs to know.
type Outgoing struct {
	From    store.Archive
	Engine  string
	History bool // all messages and attempts rather than what is open
	// Passphrase encrypts the stream. Without it the stream is plain text and has no secrets in it.
	Passphrase secret.String
	Work       int         // log2 of the cost of trying a passphrase; zero is a second's worth
	Box        *secret.Box // opens the secrets; nil if there are none, or none are wanted
	Now        time.Time
	Progress   func(Counts) // called now and then; may be nil
	// LeftOut is called for each thing that cannot be written as JSON, and therefore is not in the export; may be nil.
	LeftOut func(kind, id string, err error)
}

// answerable is how long after a publish its repeat still gets the first answer, when history is left behind:
// client libraries repeat within minutes. Later ones are refused, since the message is not there any more.
const answerable = time.Hour

// Export writes everything as of one moment to w.
func Export(ctx context.Context, w io.Writer, o Outgoing) (Counts, error) {
	sealed, err := seal(w, o.Passphrase, o.Work)
	if err != nil {
		return nil, err
	}
	e := &exporter{Outgoing: o, out: newWriter(sealed, o.Progress), applications: map[hook.Key]string{}, endpoints: newLabels(), sources: map[hook.Key]string{}}
	if o.LeftOut != nil {
		e.out.leftOut = o.LeftOut
	}
	extent := store.Extent{History: o.History, Now: o.Now, Repeatable: o.Now.Add(hook.KeepKeys - answerable)}
	if err := o.From.Snapshot(ctx, extent, func(s store.Snapshot) error { return e.run(ctx, s) }); err != nil {
		return nil, err
	}
	return e.out.counts, sealed.Close()
}

// exporter is one export under way.
type exporter struct {
	Outgoing
	out          *writer
	applications map[hook.Key]string // ids of those that were written
	endpoints    *labels
	sources      map[hook.Key]string // ids of those that were written
}

func (e *exporter) secrets() bool { return !e.Passphrase.IsZero() }

func (e *exporter) run(ctx context.Context, s store.Snapshot) error {
	first := head{Posthorn: "export", Version: Version, Engine: e.Engine, History: e.History, Secrets: e.secrets(), CreatedAt: e.Now}
	if err := e.out.line(first); err != nil {
		return err
	}
	for _, part := range []func(context.Context, store.Snapshot) error{e.catalogue, e.allSources, e.tokens, e.messages, e.inbox, e.rest, e.refusals} {
		if err := part(ctx, s); err != nil {
			return err
		}
	}
	return e.out.end()
}

func (e *exporter) catalogue(ctx context.Context, s store.Snapshot) error {
	for t, err := range s.EventTypes(ctx) {
		if err == nil {
			err = e.out.put(kindEventType, eventTypeLine{
				kindEventType, t.Name, t.Description, t.Group, t.FeatureFlag, t.Schemas,
				t.Enforced, t.Archived, t.Deprecated, t.CreatedAt, t.UpdatedAt,
			})
		}
		if err != nil {
			return err
		}
	}
	for a, err := range s.Applications(ctx) {
		if err == nil {
			e.applications[a.Key] = id.Application.Text(a.ID)
			err = e.out.put(kindApplication, applicationLine{
				kindApplication, e.applications[a.Key], a.UID, a.Name, a.RateLimit, a.Metadata, a.CreatedAt, a.UpdatedAt,
			})
		}
		if err != nil {
			return err
		}
	}
	if err := e.adHoc(ctx, s); err != nil {
		return err
	}
	for one, err := range s.Endpoints(ctx) {
		if err == nil {
			err = e.endpoint(one)
		}
		if err != nil {
			return err
		}
	}
	return e.deletedEndpoints(ctx, s)
}

// deletedEndpoints writes what remains of deleted endpoints, without history too: open messages may name them.
func (e *exporter) deletedEndpoints(ctx context.Context, s store.Snapshot) error {
	for d, err := range s.DeletedEndpoints(ctx) {
		if application, there := e.applications[d.ApplicationKey]; err == nil && there {
			err = e.out.put(kindDeleted, deletedEndpointLine{
				kindDeleted, application, e.endpoints.addDeleted(d), d.UID, d.URL, d.Description, d.CreatedAt, d.DeletedAt,
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) endpoint(one hook.Endpoint) error {
	line := endpointLine{
		Kind: kindEndpoint, Application: e.applications[one.ApplicationKey], ID: e.endpoints.add(one),
		UID: one.UID, URL: one.URL, Description: one.Description, EventTypes: one.EventTypes, Channels: one.Channels,
		RateLimit: one.RateLimit, Metadata: one.Metadata, Disabled: one.Disabled, DisabledReason: one.DisabledReason,
		FailingSince: one.FailingSince, CreatedAt: one.CreatedAt, UpdatedAt: one.UpdatedAt,
	}
	if e.secrets() {
		if err := e.reveal(&line, one); err != nil {
			return err
		}
	}
	return e.out.put(kindEndpoint, line)
}

// reveal puts the endpoint's secrets into its line. What does not open would be missing after a restore, so the
// export ends there.
func (e *exporter) reveal(line *endpointLine, one hook.Endpoint) error {
	if e.Box == nil {
		return noKey("endpoints")
	}
	plain, err := directory.NewVault(e.Box).Reveal(one, e.Now)
	if err != nil {
		return fault.New(fault.Invalid, "secret_unreadable", "The secrets of the endpoint %s do not open with this encryption key: "+
			"add the key that they were sealed with, or delete the endpoint.", line.ID).Because(err)
	}
	for _, k := range plain.Keys {
		line.Keys = append(line.Keys, keyLine{k.Key.Reveal(), k.ExpiresAt})
	}
	line.Headers, line.Credentials = plain.Headers, plain.Credentials
	return nil
}

func noKey(of string) error {
	return fault.New(fault.Invalid, "encryption_key_missing", "The secrets of the %s do not open without the key that "+
		"they were sealed with: give it in POSTHORN_ENCRYPTION_KEY, or the data directory that has the key file with --data.", of)
}

func (e *exporter) adHoc(ctx context.Context, s store.Snapshot) error {
	for t, err := range s.AdHocEventTypes(ctx) {
		application, ok := e.applications[t.ApplicationKey]
		if err == nil && ok {
			err = e.out.put(kindAdHoc, adHocLine{kindAdHoc, application, t.Name, t.CreatedAt})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) tokens(ctx context.Context, s store.Snapshot) error {
	for t, err := range s.Tokens(ctx) {
		if err == nil {
			err = e.out.put(kindToken, tokenLine{
				kindToken, id.Token.Text(t.ID), t.Name, t.Hash[:], t.Hint, string(t.Scope),
				e.applications[t.ApplicationKey], t.ExpiresAt, t.RevokedAt, t.CreatedAt,
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rest is what stands beside the messages. Numbers of endpoints and events of applications that are gone can
// no longer be asked for, and stay behind.
func (e *exporter) rest(ctx context.Context, s store.Snapshot) error {
	for t, err := range s.Tallies(ctx) {
		if endpoint, there := e.endpoints.known[t.EndpointKey]; err == nil && there {
			err = e.out.put(kindTally, tallyLine{
				kindTally, endpoint, e.applications[e.endpoints.of[t.EndpointKey]], t.Hour, t.Success, t.Failed, t.Canceled,
			})
		}
		if err != nil {
			return err
		}
	}
	for v, err := range s.Events(ctx) {
		if application, there := e.applications[v.ApplicationKey]; err == nil && there {
			err = e.out.put(kindEvent, eventLine{kindEvent, eventID.Text(v.ID), application, v.Type, v.Data, v.CreatedAt})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
