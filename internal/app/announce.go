package app

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"

	"github.com/posthorn/posthorn/internal/config"
)

// showAdmin shows a generated admin token. It is stored by now and cannot be shown again, so this does not wait
// until the server is ready, which it may not become.
func (p *parts) showAdmin() {
	if p.admin != "" {
		fmt.Fprintf(p.Out, "\nAdmin token:  %s  (shown this once: keep it)\n", p.admin)
	}
}

// announce tells the person at the terminal what to do next.
func (p *parts) announce(ctx context.Context) {
	url := reachable(addrPort(p.listener))
	p.Log.InfoContext(ctx, "ready", "listen", addrPort(p.listener).String(), "version", Version(), "data", p.config.Data)
	fmt.Fprintf(p.Out, "\nPosthorn is ready.\n\n  API:          %s/api/v1\n  OpenAPI:      %s/api/v1/openapi.json\n", url, url)
	if p.config.Roles.Has(config.RoleReceive) {
		fmt.Fprintf(p.Out, "  Sources:      %s{key}\n", p.inboundURL())
	}
	how, line := p.firstLine(url)
	fmt.Fprintf(p.Out, "\n%s:\n\n  %s\n\n", how, line)
}

// firstLine returns a line that works as it is, and what to do with it. A server that may not send to this
// machine leaves the demonstration to one that may.
func (p *parts) firstLine(url string) (how, line string) {
	const paste = "To send a first webhook, paste into another terminal"
	program := quote(p.Program)
	demo := program + " demo --url " + url
	switch {
	case !p.mayReachLoopback():
		return "This server may not send to your own machine (--allow-networks 127.0.0.0/8 would let it).\n" +
			"To see a first webhook, paste into another terminal what starts a second server, on temporary data,\n" +
			"and stops it again", program + " demo"
	case p.admin != "":
		return paste, "POSTHORN_ADMIN_TOKEN=" + p.admin + " " + demo
	case !p.config.DatabaseURL.IsZero(): // to make a token, the line would have to show the password in the URL
		return paste + ", with the admin token in POSTHORN_ADMIN_TOKEN", demo
	}
	return paste, fmt.Sprintf("POSTHORN_ADMIN_TOKEN=$(%s token create --name demo --expires 1h --data %s) %s", program, quote(p.folder()), demo)
}

// folder returns the data directory for a terminal that is in another one.
func (p *parts) folder() string {
	folder, err := filepath.Abs(p.config.Data)
	if err != nil {
		return p.config.Data
	}
	return folder
}

func (p *parts) mayReachLoopback() bool {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	for _, network := range p.config.AllowNetworks {
		if network.Contains(loopback) {
			return true
		}
	}
	return false
}

// quote makes one word of the shell of text.
func quote(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == "" && text != "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
