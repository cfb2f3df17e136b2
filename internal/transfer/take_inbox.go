package transfer

import (
	"errors"
	"fmt"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func (i *importer) source(l sourceLine) error {
	application, err := i.applicationOf(l.Application)
	if err != nil {
		return err
	}
	parsed, err := id.Inbound.Parse(l.ID)
	if err != nil {
		return err
	}
	s := hook.Source{
		ApplicationKey: application, ID: parsed, UID: l.UID, Name: l.Name, Provider: l.Provider, Options: l.Options,
		Metadata: l.Metadata, Disabled: l.Disabled, Rules: l.Rules, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	}
	err = i.concealSource(&s, l)
	i.batch.Sources = append(i.batch.Sources, s)
	return err
}

// concealSource seals the secrets of the line, and its address or a new one in its place. A source without
// secrets refuses whatever needs one: none can be made up that a provider knows.
func (i *importer) concealSource(s *hook.Source, l sourceLine) (err error) {
	address := l.Address
	if address == "" && i.NewSecrets {
		address, err = directory.NewKey(i.Random)
	}
	if err == nil && address == "" {
		err = errors.New("it has no address")
	}
	if err != nil {
		return err
	}
	vault := directory.NewSourceVault(i.Box)
	s.URLHash = directory.KeyHash(address)
	if s.URLSealed, err = vault.SealKey(s.ID, address); err != nil {
		return err
	}
	for _, k := range l.Secrets {
		sealed, err := vault.SealSecret(s.ID, k.Key)
		if err != nil {
			return err
		}
		s.Secrets = append(s.Secrets, hook.SourceSecret{Sealed: sealed, ExpiresAt: k.ExpiresAt})
	}
	return nil
}

func (i *importer) sourceOf(text string) (hook.Source, error) {
	s, there := i.sources[text]
	if !there {
		return s, fmt.Errorf("it names the source %q, which no line before it describes", text)
	}
	return s, nil
}

// received puts a webhook behind the one before it, where its age puts it.
func (i *importer) received(l receivedLine) error {
	source, err := i.sourceOf(l.Source)
	if err != nil {
		return err
	}
	status, err := numberOf(intakes(), l.Status)
	if err == nil && hook.Intake(status) == hook.IntakeProcessing {
		err = errors.New("it is in the hands of another program")
	}
	if err != nil {
		return err
	}
	r := hook.Received{
		Key: i.To.MessageKey(l.StoredAt, i.arrived), SourceKey: source.Key, ApplicationKey: source.ApplicationKey, Method: string(l.Method),
		Query: string(l.Query), Headers: l.Headers.header(), ContentType: string(l.ContentType), SourceURL: string(l.SourceURL),
		Remote: string(l.Remote), KeyHint: string(l.KeyHint), Body: l.Body, EventID: string(l.EventID), EventType: string(l.EventType),
		OccurredAt: l.OccurredAt, ReceivedAt: l.ReceivedAt, Status: hook.Intake(status), Attempts: l.Attempts, DueAt: l.DueAt,
		ChangedAt: l.ChangedAt, Reason: string(l.Reason), ExpungedAt: l.ExpungedAt,
	}
	if r.ID, err = id.Received.Parse(l.ID); err == nil && l.Message != "" {
		r.Message, err = id.Message.Parse(l.Message)
	}
	i.arrived = r.Key
	i.batch.Received = append(i.batch.Received, r)
	return err
}

func (i *importer) seen(l seenLine) (err error) {
	s := store.Seen{Until: l.ExpiresAt}
	if s.Received, err = id.Received.Parse(l.Received); err == nil {
		err = fill(s.Same[:], l.Hash)
	}
	i.batch.Seen = append(i.batch.Seen, s)
	return err
}

func (i *importer) refusals(l refusalsLine) error {
	source, err := i.sourceOf(l.Source)
	i.batch.RefusalCounts = append(i.batch.RefusalCounts, store.ArchivedRefusalCount{
		SourceKey: source.Key, RefusalCount: store.RefusalCount{Cause: l.Cause, Hour: l.Hour, Count: l.Count},
	})
	return err
}

func (i *importer) refused(l refusedLine) error {
	source, err := i.sourceOf(l.Source)
	if err != nil {
		return err
	}
	parsed, err := id.Refused.Parse(l.ID)
	i.batch.Refused = append(i.batch.Refused, hook.Refused{
		SourceKey: source.Key, ID: parsed, At: l.At, Cause: l.Cause, Detail: string(l.Detail), Method: string(l.Method),
		ContentType: string(l.ContentType), Remote: string(l.Remote), Headers: l.Headers.header(), Body: l.Body,
	})
	return err
}
