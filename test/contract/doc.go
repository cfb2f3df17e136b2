// Package contract exists for its tests: they compare the OpenAPI document that the server publishes
// with the public interface that the client libraries are written for, and real answers with our
// own document. The first comparison needs the reference files, which are not part of the repository;
// without them it skips and says so.
package contract
