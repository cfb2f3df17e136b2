package app

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"github.com/posthorn/posthorn/internal/fault"
)

// listen takes the address before anything else is touched, so that a second server on the same
// machine finds out early.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var c net.ListenConfig
	listener, err := c.Listen(ctx, "tcp", address)
	if err == nil {
		return listener, nil
	}
	advice := "check --listen or POSTHORN_LISTEN"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.New(fault.Conflict, "address_in_use",
			"The address %s is in use by another program: stop that one, or choose another address with --listen or POSTHORN_LISTEN.", address)
	case errors.Is(err, syscall.EACCES):
		advice = "choose a port above 1023 with --listen or POSTHORN_LISTEN, or allow this program to use lower ones"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		advice = "this machine does not have it; choose one that it has with --listen or POSTHORN_LISTEN"
	}
	return nil, fault.New(fault.Unavailable, "cannot_listen", "The address %s cannot be listened on: %s.", address, advice).Because(err)
}

// addrPort returns the address that a TCP listener got.
func addrPort(listener net.Listener) netip.AddrPort {
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	got := address.AddrPort()
	return netip.AddrPortFrom(got.Addr().Unmap(), got.Port())
}

// reachable returns a URL of a listener for somebody on this machine.
func reachable(at netip.AddrPort) string {
	if at.Addr().IsUnspecified() {
		loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
		at = netip.AddrPortFrom(loopback, at.Port())
	}
	return "http://" + at.String()
}
