package app

import (
	"context"
	"net/http"

	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/provider/fetch"
)

// keyDoor is how documents of providers are fetched: under the policy of all that leaves this server, which knows its
// own addresses.
type keyDoor struct{ client *egress.Client }

// newKeyDoor returns the door of this server.
func (p *parts) newKeyDoor() keyDoor {
	const few = 4
	return keyDoor{egress.New(egress.Config{Policy: p.client.Policy(), Clock: p.Clock, KeepBody: maxDocument + 1, MaxIdle: few, MaxIdlePerHost: 1})}
}

// maxDocument is more than package fetch asks for.
const maxDocument = 512 << 10

var _ fetch.Door = keyDoor{}

// Get implements fetch.Door.
func (d keyDoor) Get(ctx context.Context, address string, limit int) (int, []byte, error) {
	target, _, err := d.client.Policy().CheckURL(address)
	if err != nil {
		return 0, nil, err
	}
	answer := d.client.Do(ctx, egress.Request{Method: http.MethodGet, Target: target})
	return answer.Status, answer.Body[:min(len(answer.Body), limit+1)], answer.Cause
}
