package store

import (
	"context"
	"time"

	"github.com/posthorn/posthorn/internal/hook"
)

// Run is one running of the program on a database. It owns the work that it accepted or leased.
type Run struct {
	Key hook.Key
	// Window is the most deliveries of one endpoint that are in flight or not yet settled at any time. It is
	// kept so that Rescue can tell what may have left.
	Window int
	// Lease is how long the run counts as alive after Begin and after each Renew. An engine that only one
	// program can open does not need it.
	Lease time.Duration
	Node  Node
}

// Node is what people should know of a running program.
type Node struct {
	Name    string   // of the machine, unless somebody chose another
	Address string   // where its API is reached
	Version string   // of the program
	Roles   []string // what it does
	// Identity is held by one running program at a time: whoever begins with it proves that the run before
	// is dead. Empty proves nothing.
	Identity string
}

// Held is what a run has in its hands.
type Held struct {
	Queued int // deliveries in memory that are not on the wire
	Wire   int // requests on the wire
}

// Member is a run that is alive.
type Member struct {
	Run
	Held
	StartedAt time.Time
	SeenAt    time.Time // by the database's clock; each Renew changes it
	Own       bool      // the run that asks
}

// Members says who works on the database. A run that does not renew its lease in time can be buried by
// the others, who then take its work over; from then on nothing that it writes is accepted, but for
// attempts of requests that had left. One that went well also ends its leased delivery, if nobody has taken that over yet.
type Members interface {
	// Renew makes this run's lease begin anew and says what the run holds. fault.Conflict with code
	// "lease_lost" means that the run was buried: whatever it holds belongs to others.
	Renew(ctx context.Context, held Held) error
	// Members returns the runs that are neither ended nor buried, oldest first.
	Members(ctx context.Context) ([]Member, error)
	// Fence declares the given runs dead whose SeenAt is still the one given, and returns how many. It does not look at the
	// clock of the database, which may have been set: the caller has watched them for as long as their leases.
	Fence(ctx context.Context, silent []Member) (int, error)
	// Bury ends the other runs whose lease is over by the database's clock, and returns how many. It is for programs
	// that do not watch the others.
	Bury(ctx context.Context) (int, error)
}

// ChangeKind says what sort of thing changed.
type ChangeKind uint8

// The kinds of changes.
const (
	ApplicationChanged ChangeKind = iota + 1 // Application was created, changed or deleted
	EndpointChanged                          // Endpoint of Application was created, changed or deleted
	EventTypeChanged                         // the event type Name was created, changed or expunged
	TokensChanged                            // a token was made or revoked
	MembersChanged                           // a run began, ended or was buried
	WorkArrived                              // a run that does not deliver stored work for those that do
	AnythingChanged                          // some changes may have been missed
	SourceChanged                            // a source of Application was created, changed or deleted
	Looking                                  // a look at what others changed begins; until it has ended well, nobody knows
	Looked                                   // what was committed before the last Looking has been told
)

// Change is something that any run committed.
type Change struct {
	Kind                  ChangeKind
	Application, Endpoint hook.Key
	Name                  string
}

// Feed tells runs what others changed, so that what they keep in memory follows.
type Feed interface {
	// Follow calls tell with changes committed from now on, those of this run too, each within a second and
	// maybe more than once, until ctx ends. It returns only then. While the database cannot be reached it
	// keeps trying, and tells AnythingChanged once it is back. Looking comes first of all, then before each look, and
	// Looked behind those that went well, so that who is cut off notices; an engine that only one program can open tells
	// neither.
	Follow(ctx context.Context, tell func(Change))
}
