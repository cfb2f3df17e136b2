package postgres

import "github.com/posthorn/posthorn/internal/store"

type unmade interface {
	store.Sources
	store.Inbox
}
