package postgres

import (
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// InClear returns the hosts of the database, other than this machine, to which the URL allows a connection without TLS:
// sslmode is disable, allow or prefer, which is the default. A URL that cannot be read has none.
func InClear(url string) (hosts []string) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil
	}
	add := func(host string, encrypted bool) {
		if !encrypted && !onThisMachine(host) && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	add(config.Host, config.TLSConfig != nil)
	for _, other := range config.Fallbacks {
		add(other.Host, other.TLSConfig != nil)
	}
	return hosts
}

// onThisMachine reports whether a host is a socket in the file system or a loopback address.
func onThisMachine(host string) bool {
	return strings.HasPrefix(host, "/") || host == "localhost" || net.ParseIP(host).IsLoopback()
}
