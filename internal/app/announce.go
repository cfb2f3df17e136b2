package app

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
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
	fmt.Fprintf(p.Out, "\nPosthorn is ready.\n\n  Dashboard:    %s/\n  API:          %s/api/v1\n", url, url)
	fmt.Fprintf(p.Out, "\nTo send a first webhook, paste into another terminal:\n\n  %s\n\n", p.firstLine(url))
}

// firstLine returns a line that works as it is. A server that may not send to this machine leaves
// the demonstration to one that may.
func (p *parts) firstLine(url string) string {
	program := quote(p.Program)
	if !p.mayReachLoopback() {
		return program + " demo"
	}
	token := p.admin
	if token == "" { // it is not ours to show: make another one
		data, err := filepath.Abs(p.config.Data)
		if err != nil {
			data = p.config.Data
		}
		token = fmt.Sprintf("$(%s token create --name demo --expires 1h --data %s)", program, quote(data))
	}
	return fmt.Sprintf("POSTHORN_ADMIN_TOKEN=%s %s demo --url %s", token, program, url)
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
