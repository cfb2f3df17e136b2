package transfer

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"time"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/store"
)

// Target is what an import asks of a store.
type Target interface {
	store.Archive
	Emptiness
	Agreement
	Membership
}

// Incoming is what an import needs to know.
type Incoming struct {
	To         Target
	Passphrase secret.String
	Box        *secret.Box // seals the secrets
	// NewSecrets gives every endpoint of a stream without secrets a new signing key, and every source a new
	// address; such a stream is refused otherwise. Random makes them.
	NewSecrets bool
	Random     io.Reader
	Now        time.Time
	Progress   func(Counts) // called now and then; may be nil
}

// Stream is an export of which the first line has been read.
type Stream struct{ lines *reader }

// Read reads the first line of a stream and refuses what cannot be imported: no export, a wrong passphrase, or one without
// secrets if in.NewSecrets is not set. It needs no store, so that a stream that is refused leaves none behind.
func Read(r io.Reader, in Incoming) (*Stream, error) {
	plain, err := open(r, in.Passphrase)
	if err != nil {
		return nil, err
	}
	lines := newReader(plain)
	first, err := lines.head()
	if err != nil {
		return nil, err
	}
	if !first.Secrets && !in.NewSecrets {
		return nil, fault.New(fault.Invalid, "export_without_secrets", "The export was made without secrets: its endpoints have no signing keys, "+
			"headers or passwords, its sources no secrets or addresses. Use an export that was made with a passphrase, or give --new-secrets, "+
			"tell every receiver its new key and every sender its new address.")
	}
	return &Stream{lines}, nil
}

// Into reads the rest of the stream into a store that is empty. Until it has come to the end, the store is marked as
// half filled, and no server starts on it: it may lack what the rest of the stream says.
func (s *Stream) Into(ctx context.Context, in Incoming) (Counts, error) {
	release, err := in.To.Alone(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := begin(ctx, in.To); err != nil {
		return nil, err
	}
	i := &importer{
		Incoming: in, vault: directory.NewVault(in.Box), counts: Counts{},
		applications: map[string]hook.Key{}, endpoints: map[endpointName]hook.Key{}, gone: map[string]hook.Key{},
		sources: map[string]hook.Source{},
	}
	if err := i.run(ctx, s.lines); err != nil {
		return nil, err
	}
	return i.counts, finish(ctx, in.To)
}

// importer is one import under way.
type importer struct {
	Incoming
	vault  directory.Vault
	counts Counts
	read   int

	applications map[string]hook.Key
	endpoints    map[endpointName]hook.Key
	gone         map[string]hook.Key // deleted endpoints whose ids are not kept, by their names in the stream
	deleted      int64               // keys given to deleted endpoints
	sources      map[string]hook.Source

	batch   store.Batch
	size    int          // bytes of the batch, about
	rows    int          // of the batch
	message hook.Message // that lines belong to
	last    hook.Key     // of a message
	arrived hook.Key     // of the last received webhook
}

// endpointName is an endpoint in the stream: its id belongs to its application alone.
type endpointName struct {
	application hook.Key
	text        string
}

// How much is stored in one transaction.
const (
	batchRows  = 500
	batchBytes = 1 << 20
)

func (i *importer) run(ctx context.Context, lines *reader) error {
	takers := i.takers()
	for kind := ""; ; {
		text, err := lines.next()
		if err != nil {
			return err
		}
		if text == nil {
			return damaged("its last line is missing, so it was cut off. Use another copy.")
		}
		var about struct{ Kind string }
		if json.Unmarshal(text, &about) != nil {
			return damaged("line %d cannot be read.", i.read+2)
		}
		if about.Kind != kind && refersTo(kind) || i.rows >= batchRows || i.size >= batchBytes {
			if err := i.flush(ctx); err != nil {
				return err
			}
		}
		if kind = about.Kind; kind == kindEnd {
			return i.end(ctx, lines, text)
		}
		if err := i.take(takers, kind, text); err != nil {
			return err
		}
	}
}

// refersTo reports whether what comes behind lines of this kind needs the keys that the store gives them.
func refersTo(kind string) bool {
	return kind == kindApplication || kind == kindEndpoint || kind == kindSource
}

func (i *importer) take(takers map[string]func([]byte) error, kind string, text []byte) error {
	take := takers[kind]
	if take == nil {
		return damaged("line %d has the unknown kind %q.", i.read+2, kind)
	}
	if err := take(text); err != nil {
		return damaged("line %d, of kind %s, cannot be used.", i.read+2, kind).Because(err)
	}
	i.counts[kind]++
	i.rows, i.size = i.rows+1, i.size+len(text)
	if i.read++; i.read%told == 0 && i.Progress != nil {
		i.Progress(i.counts)
	}
	return nil
}

// end checks that everything came.
func (i *importer) end(ctx context.Context, lines *reader, text []byte) error {
	var last tail
	if json.Unmarshal(text, &last) != nil || !maps.Equal(last.Counts, i.counts) {
		return damaged("its last line counts other things than there are. Use another copy.")
	}
	if more, err := lines.next(); err != nil || more != nil {
		return damaged("something follows its last line. Use another copy.").Because(err)
	}
	return i.flush(ctx)
}

// flush stores the batch, and remembers the keys of what others refer to.
func (i *importer) flush(ctx context.Context) error {
	if i.rows == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := i.To.Restore(ctx, i.batch); err != nil {
		return err
	}
	i.remember()
	i.batch, i.rows, i.size = store.Batch{}, 0, 0
	return nil
}
