// Package app puts Posthorn together. It is the only package that knows every concrete type: which
// store, which clock, which server; everybody else sees contracts. It holds no rules of its own.
package app
