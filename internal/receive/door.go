package receive

import (
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/provider"
)

// Door is a source that is ready for receiving: its declaration found, its secrets opened.
type Door struct {
	source   hook.Source
	provider provider.Provider
	options  provider.Options
	secrets  []timedSecret
	methods  []string // all that may come, handshakes too
	maxBody  int64
	window   time.Duration  // in which a webhook that comes again is recognised
	dedupe   provider.Piece // the place that the dedupe rule names, if it names one
	rate     *rate.Limiter  // nil is no limit
	broken   *Refusal       // why it refuses everything; nil if it does not
}

type timedSecret struct {
	text    provider.Secret
	expires time.Time // zero is never
}

// MaxBody is the most bytes of a body that the source takes.
func (d *Door) MaxBody() int64 { return d.maxBody }

// Key returns the key of the source.
func (d *Door) Key() hook.Key { return d.source.Key }

// weight is about how many bytes the door takes up in memory.
func (d *Door) weight() uint32 {
	return weigh(2<<10 + len(d.source.Name) + 512*len(d.secrets) + 64*len(d.source.Metadata) + 64*len(d.source.Rules.Forward.EventTypes))
}

// door makes a source ready. What is wrong with it makes it refuse everything, it never makes it trust.
func (s *Service) door(source hook.Source) *Door {
	d := &Door{source: source, options: provider.Options(source.Options), maxBody: s.config.MaxBody}
	if most := source.Rules.MaxBody; most > 0 {
		d.maxBody = min(most, d.maxBody)
	}
	d.rate = s.shareOf(source.Rules.RateLimit)
	declared, err := s.Providers.ByName(source.Provider)
	if err != nil {
		d.broken = refusalOf(err)
		return d
	}
	d.provider = withRules(declared, source.Rules)
	d.methods = methodsOf(d.provider, d.options)
	d.broken = d.readPlaces()
	d.window = d.provider.RememberFor(d.options, source.Rules.Dedupe.Window)
	if err := d.openSecrets(s); err != nil {
		s.config.Log.Error("a source's secret does not open; it refuses everything", "source", id.Inbound.Text(source.ID), "error", err)
		d.broken = unavailable("secret_unreadable", "The secret of this source cannot be opened here.")
	}
	return d
}

// readPlaces reads the paths that the source's owner wrote. A malformed one, which an older server stored, makes the
// source refuse requests until it is replaced: its type decides where a webhook goes, and senders try again, whereas a
// webhook that was acknowledged under another type is not sent again.
func (d *Door) readPlaces() *Refusal {
	dedupe, err := provider.Place(d.source.Rules.Dedupe.By)
	if err == nil {
		d.dedupe, err = dedupe, d.options.CheckPaths()
	}
	if err != nil {
		return unavailable(CausePath, "A path of this source is malformed: "+detailOr(err, err.Error()))
	}
	return nil
}

func (d *Door) openSecrets(s *Service) error {
	for _, sealed := range d.source.Secrets {
		text, err := s.Vault.OpenSecret(d.source.ID, sealed.Sealed)
		if err != nil {
			return err
		}
		d.secrets = append(d.secrets, timedSecret{provider.Secret(text), sealed.ExpiresAt})
	}
	return nil
}

// live returns the secrets that count at now, newest first.
func (d *Door) live(now time.Time) []provider.Secret {
	secrets := make([]provider.Secret, 0, len(d.secrets))
	for _, s := range d.secrets {
		if s.expires.IsZero() || s.expires.After(now) {
			secrets = append(secrets, s.text)
		}
	}
	return secrets
}

// shareOf returns what this node may let through of a limit that all nodes share. A second's worth may come at once.
func (s *Service) shareOf(limit int) *rate.Limiter {
	if limit <= 0 {
		return nil
	}
	runs := int(s.runs.Load())
	return rate.NewLimiter(rate.Limit(float64(limit)/float64(runs)), max(limit/runs, 1))
}

// withRules returns the declaration with what the source's owner chose in its place.
func withRules(p provider.Provider, r hook.SourceRules) provider.Provider {
	if len(r.Methods) > 0 {
		p.Methods = r.Methods
	}
	if len(r.ContentTypes) > 0 {
		p.ContentTypes = r.ContentTypes
	}
	return p
}

const post = "POST"

// methodsOf returns the methods that webhooks and handshakes of the provider use.
func methodsOf(p provider.Provider, o provider.Options) []string {
	methods := slices.Clone(p.Methods)
	if len(methods) == 0 {
		methods = []string{post}
	}
	handshakes, _ := p.HandshakesFor(o) // options that declare a malformed one refuse every request
	for _, h := range handshakes {
		method := h.Method
		if method == "" {
			method = post
		}
		if !slices.Contains(methods, method) {
			methods = append(methods, method)
		}
	}
	return methods
}
