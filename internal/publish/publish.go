// Package publish takes messages in: it finds out to whom a message goes, freezes that decision, and
// has both stored and flushed before anybody is told yes.
package publish

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

// Dispatcher sends what was stored.
type Dispatcher interface {
	// Deferred returns those of the targets that memory has no room for now, rising.
	Deferred(targets []hook.Key, size int) []hook.Key
	// Dispatch takes a stored message for all its targets but the deferred ones, which it only notes. It
	// must not block.
	Dispatch(m hook.Message, deferred []hook.Key)
}

// Applications creates the application that a message brings along; catalog does.
type Applications interface {
	// Ensure returns the application with a's uid, made as a says if there is none.
	Ensure(ctx context.Context, a hook.Application) (hook.Application, error)
}

// EventTypes notes event types that the catalogue does not define; catalog does.
type EventTypes interface {
	// Use returns the event type of this name and notes that the application publishes it.
	Use(ctx context.Context, application hook.Key, name string) hook.EventType
}

// Schemas checks payloads; catalog does.
type Schemas interface {
	// Check returns an Invalid error if the event type asks for its schema to be enforced and the payload
	// does not match it.
	Check(ctx context.Context, t hook.EventType, application hook.Key, payload []byte) error
}

// Input is a message as its publisher gives it.
type Input struct {
	Application    string            // id or uid
	Create         *hook.Application // creates the application if there is none
	EventType      string
	EventID        string
	Channels       []string
	Tags           []string
	Payload        []byte        // a JSON object, sent on byte for byte
	Carried        hook.Carried  // of a received webhook that the message is made of
	PayloadLife    time.Duration // how long the payload is kept; zero is the longest, hook.MaxPayloadLife
	IdempotencyKey string
	Body           [16]byte // hash of the whole request, to tell a repeat from a mistake
	Keys           Keys     // whose idempotency keys these are
}

// Config is what publishing may be told.
type Config struct {
	Strict bool // only event types of the catalogue; others are noted on use otherwise
	Clock  clock.Clock
}

// Service publishes.
type Service struct {
	directory    *directory.Directory
	applications Applications
	types        EventTypes
	schemas      Schemas
	journal      store.Journal
	dispatcher   Dispatcher
	ids          *id.Source
	config       Config
}

// Keys is who chooses idempotency keys. The same text is another key for each of them.
type Keys string

// Those who choose keys, beside each other for one application.
const (
	ServerKeys   Keys = ""         // whoever has a token of the server
	TenantKeys   Keys = "tenant"   // whoever has one of the application
	ReceivedKeys Keys = "received" // a received webhook that becomes a message
)

// Parts are what a Service is made of.
type Parts struct {
	Directory    *directory.Directory
	Applications Applications
	Types        EventTypes
	Schemas      Schemas
	Journal      store.Journal
	Dispatcher   Dispatcher
	IDs          *id.Source
}

// New returns the service made of p.
func New(p Parts, c Config) *Service {
	return &Service{directory: p.Directory, applications: p.Applications, types: p.Types, schemas: p.Schemas,
		journal: p.Journal, dispatcher: p.Dispatcher, ids: p.IDs, config: c}
}

// Publish stores the message and its targets and returns once both are flushed; delivery goes on behind
// it. A repeat of an idempotency key returns what its first use returned and sends nothing.
func (s *Service) Publish(ctx context.Context, in Input) (store.Receipt, error) {
	if err := checkShape(in); err != nil {
		return store.Receipt{}, err
	}
	snapshot, err := s.application(ctx, in)
	if err != nil {
		return store.Receipt{}, err
	}
	if err := s.checkType(ctx, snapshot.Application.Key, in); err != nil {
		return s.repeated(ctx, in, snapshot.Application.ID, err)
	}
	return s.store(ctx, in, snapshot, snapshot.Targets(in.EventType, in.Channels))
}

func (s *Service) store(ctx context.Context, in Input, to *directory.Snapshot, targets []hook.Key) (store.Receipt, error) {
	now := s.config.Clock.Now()
	deferred := s.dispatcher.Deferred(targets, len(in.Payload)+in.Carried.Size())
	return s.journal.Publish(ctx, store.Publication{
		Message: hook.Message{
			ApplicationKey: to.Application.Key, ID: s.ids.New(now), EventType: in.EventType, EventID: in.EventID,
			Channels: in.Channels, Tags: in.Tags, Payload: in.Payload, Carried: in.Carried,
			CreatedAt: now, PayloadUntil: now.Add(cmp.Or(in.PayloadLife, hook.MaxPayloadLife)), Targets: targets,
		},
		Deferred:  deferred,
		Claim:     in.claim(to.Application.ID, now),
		Committed: func(m hook.Message) { s.dispatcher.Dispatch(m, deferred) },
	})
}

// repeated answers a message that is refused now. Its event type may have been archived or its schema
// changed since its first use of the key, and a repeat is promised the first answer whatever came between.
func (s *Service) repeated(ctx context.Context, in Input, application id.ID, refusal error) (store.Receipt, error) {
	now := s.config.Clock.Now()
	claim := in.claim(application, now)
	if claim == nil {
		return store.Receipt{}, refusal
	}
	first, found, err := s.journal.Repeated(ctx, *claim, now)
	if err == nil && !found {
		err = refusal
	}
	return store.Receipt{Message: first, Repeated: found}, err
}

// claim reserves the idempotency key, if there is one, within the application and among those who choose them alike. The
// application is told by its id, which stays when it moves to another database, as its key may not.
func (in Input) claim(application id.ID, now time.Time) *store.Claim {
	if in.IdempotencyKey == "" {
		return nil
	}
	scope := slices.Concat(application[:], []byte(in.Keys+"\x00publish:"))
	sum := sha256.Sum256(append(scope, in.IdempotencyKey...))
	return &store.Claim{Key: [16]byte(sum[:16]), Fingerprint: in.Body, ExpiresAt: now.Add(in.Keys.life())}
}

// keepReceived is how long a received webhook that became a message does not become another, should the database or the
// server be away before that is written down. It is longer than the longest wait of processing (72 hours, C43).
const keepReceived = 7 * 24 * time.Hour

// life is how long a key stands for its first use.
func (k Keys) life() time.Duration {
	if k == ReceivedKeys {
		return keepReceived
	}
	return hook.KeepKeys
}

// application finds the application, or creates the one that the message brings along.
func (s *Service) application(ctx context.Context, in Input) (*directory.Snapshot, error) {
	snapshot, err := s.directory.Find(ctx, in.Application)
	if in.Create == nil || fault.KindOf(err) != fault.NotFound {
		return snapshot, err
	}
	if in.Create.UID != in.Application {
		return nil, fault.In("application.uid", "value_error",
			"The application in the message must have the uid that the path names.")
	}
	created, err := s.applications.Ensure(ctx, *in.Create)
	if err != nil {
		return nil, err
	}
	return s.directory.Snapshot(ctx, created.Key)
}

// checkShape refuses what is wrong whatever exists, before anything is created for it.
func checkShape(in Input) error {
	if err := checkNames(in); err != nil {
		return err
	}
	if in.PayloadLife != 0 && (in.PayloadLife < hook.MinPayloadLife || in.PayloadLife > hook.MaxPayloadLife) {
		return fault.In("payloadRetentionHours", "value_error", "Keep the payload for %d to %d hours.",
			hook.MinPayloadLife/time.Hour, hook.MaxPayloadLife/time.Hour)
	}
	return nil
}

func (s *Service) checkType(ctx context.Context, application hook.Key, in Input) error {
	eventType, err := s.eventType(ctx, application, in.EventType)
	if err != nil {
		return err
	}
	if eventType.Archived {
		return fault.In("eventType", "event_type_archived", "The event type %q is archived: restore it or use another.", in.EventType)
	}
	return s.schemas.Check(ctx, eventType, application, in.Payload)
}

func checkNames(in Input) error {
	if !hook.ValidName(in.EventType, hook.MaxName) {
		return badEventType()
	}
	if in.EventID != "" && !hook.ValidName(in.EventID, hook.MaxName) {
		return fault.In("eventId", "value_error", "Use letters, digits, - _ and dots, at most %d.", hook.MaxName)
	}
	if len(in.Channels) > hook.MaxMessageChannels {
		return fault.In("channels", "value_error", "Use at most %d channels.", hook.MaxMessageChannels)
	}
	for i, channel := range in.Channels {
		if !hook.ValidChannel(channel) || slices.Contains(in.Channels[:i], channel) {
			return fault.In("channels", "value_error",
				"Name each channel once, with 1 to %d letters, digits and characters of -_.:+", hook.MaxChannel)
		}
	}
	return checkTags(in.Tags)
}

func checkTags(tags []string) error {
	if len(tags) > hook.MaxMessageTags {
		return fault.In("tags", "value_error", "Use at most %d tags.", hook.MaxMessageTags)
	}
	for i, tag := range tags {
		if !hook.ValidTag(tag) || slices.Contains(tags[:i], tag) {
			return fault.In("tags", "value_error",
				`Name each tag once, with 1 to %d letters, digits and characters of -_./\#`, hook.MaxTag)
		}
	}
	return nil
}

func badEventType() error {
	return fault.In("eventType", "value_error", "Name an event type with letters, digits, - _ and dots, at most %d.", hook.MaxName)
}

// eventType returns the event type, which need not be in the catalogue unless only known ones are allowed.
func (s *Service) eventType(ctx context.Context, application hook.Key, name string) (hook.EventType, error) {
	t, err := s.directory.EventType(ctx, name)
	if fault.KindOf(err) != fault.NotFound {
		return t, err
	}
	if s.config.Strict {
		return t, fault.In("eventType", "event_type_unknown", "There is no event type %q: create it first.", name)
	}
	return s.types.Use(ctx, application, name), nil
}
