package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/id"
	"github.com/posthorn/posthorn/internal/store"
	"github.com/posthorn/posthorn/signature"
)

// takers are what puts a line of each kind into the batch.
func (i *importer) takers() map[string]func([]byte) error {
	return map[string]func([]byte) error{
		kindEventType: taker(i.eventType), kindAdHoc: taker(i.adHoc), kindApplication: taker(i.application), kindEndpoint: taker(i.endpoint),
		kindDeleted: taker(i.deletedEndpoint),
		kindToken:   taker(i.token), kindAnswer: taker(i.answer), kindMessage: taker(i.takeMessage), kindDelivery: taker(i.delivery),
		kindAttempt: taker(i.attempt), kindClaim: taker(i.claim), kindTally: taker(i.tally), kindEvent: taker(i.event),
		kindSource: taker(i.source), kindReceived: taker(i.received), kindSeen: taker(i.seen), kindRefusals: taker(i.refusals),
		kindRefused: taker(i.refused),
	}
}

func taker[L any](take func(L) error) func([]byte) error {
	return func(text []byte) error {
		var line L
		if err := json.Unmarshal(text, &line); err != nil {
			return errors.New("it is not what this kind looks like") // the cause may quote a secret
		}
		return take(line)
	}
}

func (i *importer) eventType(l eventTypeLine) error {
	i.batch.EventTypes = append(i.batch.EventTypes, hook.EventType{
		Name: l.Name, Description: l.Description, Group: l.Group, FeatureFlag: l.FeatureFlag, Schemas: l.Schemas,
		Enforced: l.Enforced, Archived: l.Archived, Deprecated: l.Deprecated, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	})
	return nil
}

func (i *importer) adHoc(l adHocLine) error {
	application, err := i.applicationOf(l.Application)
	i.batch.AdHocEventTypes = append(i.batch.AdHocEventTypes,
		store.AdHocEventType{ApplicationKey: application, Name: l.Name, CreatedAt: l.CreatedAt})
	return err
}

func (i *importer) application(l applicationLine) error {
	parsed, err := id.Application.Parse(l.ID)
	i.batch.Applications = append(i.batch.Applications, hook.Application{
		ID: parsed, UID: l.UID, Name: l.Name, RateLimit: l.RateLimit, Metadata: l.Metadata, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	})
	return err
}

func (i *importer) endpoint(l endpointLine) error {
	application, err := i.applicationOf(l.Application)
	if err != nil {
		return err
	}
	parsed, err := id.Endpoint.Parse(l.ID)
	if err != nil {
		return err
	}
	e := hook.Endpoint{
		ApplicationKey: application, ID: parsed, UID: l.UID, URL: l.URL, Description: l.Description, EventTypes: l.EventTypes,
		Channels: l.Channels, RateLimit: l.RateLimit, Metadata: l.Metadata, Disabled: l.Disabled, DisabledReason: l.DisabledReason,
		FailingSince: l.FailingSince, CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt,
	}
	plain, err := i.plain(l)
	if err == nil {
		err = i.vault.Conceal(&e, plain)
	}
	i.batch.Endpoints = append(i.batch.Endpoints, e)
	return err
}

// deletedEndpoint gives the endpoint a key among those of deleted ones, by which later lines refer to it.
func (i *importer) deletedEndpoint(l deletedEndpointLine) error {
	application, err := i.applicationOf(l.Application)
	if err != nil {
		return err
	}
	parsed, err := id.Endpoint.Parse(l.ID)
	d := store.DeletedEndpoint{
		Key: i.deletedKey(), ApplicationKey: application, ID: parsed, UID: l.UID, URL: l.URL, Description: l.Description,
		CreatedAt: l.CreatedAt, DeletedAt: l.DeletedAt,
	}
	i.endpoints[endpointName{application, l.ID}] = d.Key
	i.batch.DeletedEndpoints = append(i.batch.DeletedEndpoints, d)
	return err
}

// plain returns the secrets of the line, or a new key in their place.
func (i *importer) plain(l endpointLine) (p directory.Plain, err error) {
	p.Headers, p.Credentials = l.Headers, l.Credentials
	for _, k := range l.Keys {
		key, err := signature.Parse(k.Key)
		if err != nil {
			return p, err
		}
		p.Keys = append(p.Keys, directory.PlainKey{Key: key, ExpiresAt: k.ExpiresAt})
	}
	if len(p.Keys) == 0 && i.NewSecrets {
		key, err := signature.Generate(i.Random)
		p.Keys = []directory.PlainKey{{Key: key}}
		return p, err
	}
	return p, nil
}

// remember keeps the keys that the store has given.
func (i *importer) remember() {
	for _, a := range i.batch.Applications {
		i.applications[id.Application.Text(a.ID)] = a.Key
	}
	for _, e := range i.batch.Endpoints {
		i.endpoints[endpointName{e.ApplicationKey, id.Endpoint.Text(e.ID)}] = e.Key
	}
	for _, s := range i.batch.Sources {
		i.sources[id.Inbound.Text(s.ID)] = hook.Source{Key: s.Key, ApplicationKey: s.ApplicationKey}
	}
}

func (i *importer) applicationOf(text string) (hook.Key, error) {
	key, there := i.applications[text]
	if !there {
		return 0, fmt.Errorf("it names the application %q, which no line before it describes", text)
	}
	return key, nil
}

// firstGone is the smallest of the keys that deleted endpoints get: below those of any that will ever exist.
const firstGone hook.Key = -1 << 40

// deletedKey returns the next key of a deleted endpoint.
func (i *importer) deletedKey() hook.Key {
	i.deleted++
	return firstGone + hook.Key(i.deleted-1)
}

// endpointOf returns the key of an endpoint of the application, also of a deleted one.
func (i *importer) endpointOf(application hook.Key, text string) (hook.Key, error) {
	if key, there := i.endpoints[endpointName{application, text}]; there {
		return key, nil
	}
	if !strings.HasPrefix(text, goneMark) {
		return 0, fmt.Errorf("it names the endpoint %q, which no line before it describes", text)
	}
	if i.gone[text] == 0 {
		i.gone[text] = i.deletedKey()
	}
	return i.gone[text], nil
}

func (i *importer) token(l tokenLine) (err error) {
	t := hook.Token{
		Name: l.Name, Hint: l.Hint, Scope: hook.Scope(l.Scope),
		ExpiresAt: l.ExpiresAt, RevokedAt: l.RevokedAt, CreatedAt: l.CreatedAt,
	}
	if t.ID, err = id.Token.Parse(l.ID); err != nil {
		return err
	}
	if err := fill(t.Hash[:], l.Hash); err != nil {
		return err
	}
	if t.Scope != hook.ScopeServer {
		t.ApplicationKey, err = i.applicationOf(l.Application)
	}
	i.batch.Tokens = append(i.batch.Tokens, t)
	return err
}

// fill copies bytes into a field that has their number.
func fill(field, from []byte) error {
	if copy(field, from) != len(field) || len(from) != len(field) {
		return fmt.Errorf("it has %d bytes where %d belong", len(from), len(field))
	}
	return nil
}

func (i *importer) answer(l answerLine) error {
	c := store.ArchivedClaim{ReservedAt: l.ReservedAt}
	c.ExpiresAt = l.ExpiresAt
	if err := errors.Join(fill(c.Key[:], l.Key), fill(c.Fingerprint[:], l.Fingerprint)); err != nil {
		return err
	}
	sealed, err := i.Box.Seal(l.Answer, c.Bound())
	c.Answer = sealed
	i.batch.Claims = append(i.batch.Claims, c)
	return err
}

func (i *importer) tally(l tallyLine) error {
	application, err := i.applicationOf(l.Application)
	if err != nil {
		return err
	}
	endpoint, err := i.endpointOf(application, l.Endpoint)
	i.batch.Tallies = append(i.batch.Tallies, store.Tally{
		EndpointKey: endpoint, Hour: l.Hour, Success: l.Success, Failed: l.Failed, Canceled: l.Canceled,
	})
	return err
}

func (i *importer) event(l eventLine) error {
	application, err := i.applicationOf(l.Application)
	if err != nil {
		return err
	}
	parsed, err := eventID.Parse(l.ID)
	i.batch.Events = append(i.batch.Events, hook.Event{
		ID: parsed, ApplicationKey: application, Type: l.Type, Data: l.Data, CreatedAt: l.CreatedAt,
	})
	return err
}

// numberOf returns the number that a word of the stream stands for.
func numberOf(words []string, word string) (uint8, error) {
	number := slices.Index(words, word)
	if number < 0 {
		return 0, fmt.Errorf("it has the unknown word %q", word)
	}
	return uint8(number), nil //nolint:gosec // the lists are short
}
