package takeover

import (
	"context"
	"time"
)

// Wait replaces how the client waits.
func (c *Client) Wait(wait func(context.Context, time.Duration) error) { c.wait = wait }
