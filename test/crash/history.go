// Package crash kills the server again and again under load and then holds it to its promise. A driver
// publishes, kills and restarts, and writes down what a client and the receivers saw; at the end it
// asks the API for its side of the story. A checker reads nothing but that history, so that what it
// finds is what a customer could have found.
package crash

import "time"

// History is everything that was seen from outside during one run. All times count from its start.
type History struct {
	Seed         uint64
	Endpoints    []Endpoint
	Publishes    []Publish
	Arrivals     []Arrival
	Faults       []Fault
	Messages     []Message
	Destinations []Destination
	Attempts     []Attempt
}

// Endpoint is one receiver. All of them exist before the first publish, so every message of an
// application is frozen with all of its endpoints.
type Endpoint struct {
	App, ID string
	Kind    string
}

// Publish is one request to publish and what the client saw of its answer.
type Publish struct {
	App, Key string
	Status   int    // zero when there was no answer
	Message  string // the id in a 2xx answer
	Sent     time.Duration
	Answered time.Duration
	Problem  string // why there was no answer
}

// Acknowledged says whether the server has given its promise.
func (p Publish) Acknowledged() bool { return p.Status >= 200 && p.Status < 300 }

// Arrival is one request at a receiver.
type Arrival struct {
	Message, Endpoint string
	Key               string // the idempotency key that the payload repeats
	At, Answered      time.Duration
	Status            int
}

// Delivered says whether the receiver accepted the request.
func (a Arrival) Delivered() bool { return a.Status >= 200 && a.Status < 300 }

// Fault is harm that was done, such as the end of a server: it began at At and was over, or the process gone, at
// Over. What it leaves behind may show at any time afterwards.
type Fault struct {
	What     string
	At, Over time.Duration
}

// Message is a message as the API lists it.
type Message struct{ App, ID, Key string }

// The statuses of the API.
const (
	statusSuccess = 0
	statusPending = 1
	statusFail    = 2
	statusSending = 3
	statusCancel  = 4
)

// Destination is the state of one delivery as the API tells it.
type Destination struct {
	Message, Endpoint string
	Status            int
}

// Attempt is one attempt as the API lists it.
type Attempt struct {
	ID, Message, Endpoint string
	Status                int
	Outcome               string
}

// interrupted is the outcome of an attempt that the end of the process cut off.
const interrupted = "interrupted"
