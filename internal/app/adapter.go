package app

import (
	"context"

	"github.com/posthorn/posthorn/internal/api"
	"github.com/posthorn/posthorn/internal/deliver"
	"github.com/posthorn/posthorn/internal/hook"
	"github.com/posthorn/posthorn/internal/publish"
	"github.com/posthorn/posthorn/internal/store"
)

// publisher is publish as the API wants it. The two do not know each other.
type publisher struct{ messages *publish.Service }

// Publish implements api.Publisher.
func (p publisher) Publish(ctx context.Context, in api.Publication) (store.Receipt, error) {
	return p.messages.Publish(ctx, publish.Input{
		Application: in.Application, Create: in.Create, EventType: in.EventType, EventID: in.EventID, Channels: in.Channels, Tags: in.Tags,
		Payload: in.Payload, Carried: hook.Carried{ContentType: in.ContentType}, PayloadLife: in.PayloadLife, IdempotencyKey: in.IdempotencyKey, Body: in.Body, Keys: keysOf(in.Tenant),
	})
}

// keysOf returns whose idempotency keys are meant. The token of an application publishes to that alone.
func keysOf(tenant hook.Key) publish.Keys {
	if tenant == 0 {
		return publish.ServerKeys
	}
	return publish.TenantKeys
}

// replayer is what deliver and publish do again, as the API wants it.
type replayer struct {
	*deliver.Engine
	messages *publish.Service
}

// SendExample implements api.Replayer.
func (r replayer) SendExample(
	ctx context.Context, application hook.Application, endpoint hook.Endpoint, eventType string, index int,
) (hook.Message, error) {
	return r.messages.Example(ctx, application, endpoint, eventType, index)
}
