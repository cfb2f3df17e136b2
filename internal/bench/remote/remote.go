// Package remote speaks to a running server on behalf of a command. It exists so that every command
// that is a client says the same when no server answers, when something else than Posthorn does, or
// when the token is refused.
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/posthorn/posthorn/internal/fault"
)

// TokenVariable is where a client command finds its token. There is no flag, because every user of a
// machine sees the arguments of a process.
const TokenVariable = "POSTHORN_ADMIN_TOKEN" //nolint:gosec // the name of a variable

const (
	patience  = 30 * time.Second // for one answer
	maxAnswer = 1 << 20
)

// Client speaks to one server. Make it with New and close it.
type Client struct {
	base, token string
	http        http.Client
}

// New returns a client of the server at an address such as http://127.0.0.1:8071. The token may be any
// text: what is a good one is the server's affair.
func New(base, token string) (*Client, error) {
	if _, err := Address(base); err != nil {
		return nil, err
	}
	if err := CheckToken(token); err != nil {
		return nil, err
	}
	return &Client{base: strings.TrimRight(base, "/"), token: token, http: http.Client{
		Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 16},
		// Another address is never given the token; an answer that names one is not Posthorn's.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Close gives the connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Address reads the address of a server as a person gives it.
func Address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !isPort(u.Port()) ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.In("url", "bad_url", "%q is not the address of a server: give it as http://host:port, such as --url http://127.0.0.1:8071.", text)
	}
	return u, nil
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil
}

// CheckToken refuses no token, and one that no header can carry (RFC 9110, section 5.5).
func CheckToken(token string) error {
	if token == "" {
		return fault.In("token", "missing_token", "A running server needs a token: set %s to its admin token, "+
			"or to one that `posthorn token create` made.", TokenVariable)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return fault.In("token", "unusable_token", "The text in %s has a space, a line break or another character that no token has; "+
			"copy the token again.", TokenVariable)
	}
	return nil
}

// Call makes one request to a path of the API, such as "/app" or, of its receiving side, "/ingest/api/v1/source", and reads the answer into out unless that
// is nil. Refusals are errors whose sentences a person at a terminal can act upon.
func (c *Client) Call(ctx context.Context, method, path string, in, out any) error {
	request, err := c.request(ctx, method, path, in)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreached(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return c.unreached(err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return c.refused(response, answer)
	}
	if out == nil {
		return nil
	}
	if json.Unmarshal(answer, out) != nil {
		return c.stranger(response)
	}
	return nil
}

// Create posts in and returns the id of what was made.
func (c *Client) Create(ctx context.Context, path string, in any) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	if err := c.Call(ctx, http.MethodPost, path, in, &made); err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", fault.New(fault.Unavailable, "not_posthorn", notPosthorn, c.base, "an answer without an id")
	}
	return made.ID, nil
}

func (c *Client) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	var body io.Reader = http.NoBody
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("write the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	if !strings.HasPrefix(path, "/ingest/") {
		path = "/api/v1" + path
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}
