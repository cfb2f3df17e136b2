package postgres

import (
	"errors"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// urlFault returns why the driver refuses the URL of a database, such as a wrong sslmode, and nil if it does not say. The
// driver is asked about the URL without its user and passwords, so that they cannot be in the answer.
func urlFault(text string) error {
	u, err := url.Parse(text)
	if err != nil {
		return nil //nolint:nilerr // it may quote a password that is not percent-encoded
	}
	u.User = nil
	parameters := u.Query()
	for _, hidden := range []string{"user", "password", "sslpassword"} {
		parameters.Del(hidden)
	}
	u.RawQuery = parameters.Encode()
	if _, err = pgxpool.ParseConfig(u.String()); err == nil {
		return nil
	}
	_, reason, quotes := strings.Cut(err.Error(), "`: ") // after the URL
	if !quotes {
		return nil
	}
	return errors.New(reason)
}
