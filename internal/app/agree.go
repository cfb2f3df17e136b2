package app

import (
	"context"

	"github.com/posthorn/posthorn/internal/fault"
)

// keyCheck is the name of the agreement on the encryption key, and what is sealed with it.
const keyCheck = "encryption key"

// agreeOnKey makes nodes that start on an empty database notice that they do not have the same key, as when
// each made a key file of its own: what one sealed the others could not send. A key that nobody has used and
// nobody alive has agreed on may be replaced.
func (b *base) agreeOnKey(ctx context.Context, key string) error {
	sealed, err := b.box.Seal([]byte(keyCheck), []byte(keyCheck))
	if err != nil {
		return err
	}
	agreed, err := b.store.Agree(ctx, keyCheck, sealed, nil)
	if err != nil || b.opens(agreed) {
		return err
	}
	others, err := b.store.Members(ctx)
	if err != nil {
		return err
	}
	if len(others) == 0 {
		agreed, err = b.store.Agree(ctx, keyCheck, sealed, agreed)
	}
	if err != nil || b.opens(agreed) {
		return err
	}
	return fault.New(fault.Invalid, "wrong_encryption_key", "%s is not the one that the other nodes of this database use: "+
		"give all of them the same in POSTHORN_ENCRYPTION_KEY.", key)
}

func (b *base) opens(agreed []byte) bool {
	_, err := b.box.Open(agreed, []byte(keyCheck))
	return err == nil
}
