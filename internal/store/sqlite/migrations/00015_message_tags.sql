-- +goose Up

-- Tags of a message as a JSON array, by which lists of messages and attempts can be filtered. NULL for none.
ALTER TABLE message ADD COLUMN tags TEXT;

-- +goose Down

ALTER TABLE message DROP COLUMN tags;
