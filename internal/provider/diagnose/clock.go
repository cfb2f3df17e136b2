package diagnose

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/provider"
)

// claims returns the times at which a request may have been in time.
func claims(p provider.Provider, c *provider.Check) []time.Time {
	facts, err := p.FactsOf(c.Options)
	if err != nil {
		return nil
	}
	if at, ok := facts.ClaimedAt(c); ok {
		return []time.Time{at}
	}
	return tokenTimes(facts, c)
}

// tokenTimes returns when a JWT says it was issued, or the second before it ends. It need not be one.
func tokenTimes(f provider.Facts, c *provider.Check) []time.Time {
	value, err := f.Signature.Read(c)
	if err != nil {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(value, f.Prefix), ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claim struct {
		Issued float64 `json:"iat"`
		Before float64 `json:"nbf"`
		Ends   float64 `json:"exp"`
	}
	if err := json.Unmarshal(text, &claim); err != nil {
		return nil
	}
	var times []time.Time
	for _, seconds := range []float64{claim.Issued, claim.Before, claim.Ends - 1} {
		if seconds > 0 {
			times = append(times, time.Unix(int64(seconds), 0).UTC())
		}
	}
	return times
}

// tooLate says by how much the clocks disagree.
func tooLate(p provider.Provider, c *provider.Check, o outcome) Finding {
	received := c.Request.ReceivedAt
	age := received.Sub(o.claimed)
	text := "The signature is right, but it was made at %s, %s before the request was received (%s): it was held back or sent " +
		"again, the clock of the receiver is fast, or the time given here is not the time of receipt."
	if age < 0 {
		age = -age
		text = "The signature is right, but it was made at %s, %s after the request was received (%s): the clock of the receiver " +
			"is slow, or the time given here is not the time of receipt."
	}
	text = fmt.Sprintf(text, o.claimed.UTC().Format(time.RFC3339), span(age), received.UTC().Format(time.RFC3339))
	return Finding{Clock, "clock_off", text + tolerance(p, c), true}
}

// tolerance says how much is allowed.
func tolerance(p provider.Provider, c *provider.Check) string {
	facts, err := p.FactsOf(c.Options)
	if err != nil || !facts.Timed {
		return ""
	}
	allowed := facts.Stamp.Tolerance
	if allowed == 0 {
		allowed = provider.Tolerance
	}
	return fmt.Sprintf(" Up to %s is allowed.", span(allowed))
}

// span writes a duration as people say it.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}
