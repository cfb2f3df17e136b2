// Package receive is the life of a webhook that somebody else sends: from the address that it arrives at, through
// the proof that it is genuine and the commit that makes the promise, to the message that it becomes. It exists
// apart from the HTTP edge so that what is decided about a request can be read, and tested, in one place.
//
// What is refused is counted in memory and written down every few seconds, with a few samples: a flood of forged
// requests costs the database nothing per request.
package receive
