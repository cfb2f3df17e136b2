-- +goose Up

-- When the content of a received webhook was erased, in microseconds since 1970. NULL while the content is kept.
ALTER TABLE received ADD COLUMN expunged_at INTEGER;

-- +goose Down

ALTER TABLE received DROP COLUMN expunged_at;
