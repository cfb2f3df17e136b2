-- +goose Up

-- What health writes to find out whether there is room.
ALTER TABLE heartbeat ADD COLUMN room bytea;

-- +goose Down

ALTER TABLE heartbeat DROP COLUMN room;
