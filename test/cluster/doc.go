// Package cluster runs several nodes, real processes on a real PostgreSQL, does harm to them and to what they stand
// on, and has the checker of the crash test judge what clients and receivers saw. It exists because the promise
// that a cluster makes can only be seen from outside, while something breaks.
//
// The tests are short by themselves. With POSTHORN_TEST_CLUSTER_TIME, such as 10m, each one does its harm again
// and again for that long; make cluster does so.
package cluster
