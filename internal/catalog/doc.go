// Package catalog keeps what somebody has to set up before a webhook can flow: applications, event
// types and endpoints with their secrets. It holds the rules about them, so that the public interface,
// an import and a publish that brings its application along cannot disagree about what is allowed.
//
// Whatever a caller may write here and nobody may read in a copy of the database is sealed before it
// reaches the store: signing keys, header values and the credentials of URLs.
package catalog
