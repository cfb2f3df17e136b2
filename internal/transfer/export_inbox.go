package transfer

import (
	"context"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
)

func (e *exporter) allSources(ctx context.Context, s store.Snapshot) error {
	for one, err := range s.Sources(ctx) {
		if err == nil {
			err = e.source(one)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) source(s hook.Source) error {
	e.sources[s.Key] = id.Inbound.Text(s.ID)
	line := sourceLine{
		Kind: kindSource, Application: e.applications[s.ApplicationKey], ID: e.sources[s.Key], UID: s.UID, Name: s.Name,
		Provider: s.Provider, Options: s.Options, Metadata: s.Metadata, Disabled: s.Disabled, Rules: s.Rules,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
	if !e.secrets() {
		line.Rules.Former = nil
	} else if err := e.revealSource(&line, s); err != nil {
		return err
	}
	return e.out.put(kindSource, line)
}

// revealSource is reveal for a source: its secrets that still count, and its address.
func (e *exporter) revealSource(line *sourceLine, s hook.Source) (err error) {
	if e.Box == nil {
		return noKey("sources")
	}
	vault := directory.NewSourceVault(e.Box)
	if line.Address, err = vault.OpenKey(s); err != nil {
		return shut(line, err)
	}
	for _, k := range s.Secrets {
		if !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(e.Now) {
			continue
		}
		text, err := vault.OpenSecret(s.ID, k.Sealed)
		if err != nil {
			return shut(line, err)
		}
		line.Secrets = append(line.Secrets, keyLine{text, k.ExpiresAt})
	}
	return nil
}

func shut(line *sourceLine, err error) error {
	return fault.New(fault.Invalid, "secret_unreadable", "The address or a secret of the source %s does not open with this encryption key: "+
		"add the key that they were sealed with, or delete the source.", line.ID).Because(err)
}

// inbox writes what was received, and what is not to come again. What sources left behind that are gone is about to be
// purged, and stays.
func (e *exporter) inbox(ctx context.Context, s store.Snapshot) error {
	for r, err := range s.Received(ctx) {
		if source, there := e.sources[r.SourceKey]; err == nil && there {
			err = e.received(source, r)
		}
		if err != nil {
			return err
		}
	}
	for one, err := range s.Seen(ctx) {
		if err == nil {
			err = e.out.put(kindSeen, seenLine{kindSeen, one.Same[:], id.Received.Text(one.Received), one.Until})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// received writes a webhook. One that a run has in its hands is new to everybody else.
func (e *exporter) received(source string, r hook.Received) error {
	if r.Status == hook.IntakeProcessing {
		r.Status = hook.IntakeNew
	}
	line := receivedLine{
		Kind: kindReceived, Source: source, ID: id.Received.Text(r.ID), Status: r.Status.String(), Attempts: r.Attempts, Reason: raw(r.Reason),
		StoredAt: e.From.MessageTime(r.Key), ReceivedAt: r.ReceivedAt, DueAt: r.DueAt, ChangedAt: r.ChangedAt, OccurredAt: r.OccurredAt,
		EventID: raw(r.EventID), EventType: raw(r.EventType), Method: raw(r.Method), Query: raw(r.Query), ContentType: raw(r.ContentType),
		SourceURL: raw(r.SourceURL), Remote: raw(r.Remote), KeyHint: raw(r.KeyHint), Headers: headerLineOf(r.Headers), Body: r.Body,
		ExpungedAt: r.ExpungedAt,
	}
	if !r.Message.IsZero() {
		line.Message = id.Message.Text(r.Message)
	}
	return e.out.put(kindReceived, line)
}

func (e *exporter) refusals(ctx context.Context, s store.Snapshot) error {
	for c, err := range s.RefusalCounts(ctx) {
		if source, there := e.sources[c.SourceKey]; err == nil && there {
			err = e.out.put(kindRefusals, refusalsLine{kindRefusals, source, c.Cause, c.Hour, c.Count})
		}
		if err != nil {
			return err
		}
	}
	for r, err := range s.Refused(ctx) {
		if source, there := e.sources[r.SourceKey]; err == nil && there {
			err = e.out.put(kindRefused, refusedLine{
				kindRefused, source, id.Refused.Text(r.ID), r.At, r.Cause, raw(r.Detail), raw(r.Method), raw(r.ContentType), raw(r.Remote),
				headerLineOf(r.Headers), r.Body,
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
