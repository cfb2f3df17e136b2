// Package httpd is the HTTP server that the outside world talks to. It bounds what a peer may cost
// before any handler runs: time for headers and bodies, their number and size, the streams of a
// connection. It knows no operation; handlers come from outside.
package httpd
