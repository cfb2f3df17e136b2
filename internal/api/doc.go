// Package api is the HTTP interface under /api/v1. It works with the client libraries of the public
// Svix API, so paths, fields and answers are those that the libraries expect; whatever Posthorn has
// beyond that appears as further fields and operations.
//
// Every operation is one declaration (route) with a function that takes typed input, calls one use case
// and returns a value or an error. Statuses, error bodies, tokens and repeated requests are dealt with
// around it, in one place each. Publishing is the exception: it is on the path of every message and so
// a plain handler without reflection, described in the same document by hand.
package api
