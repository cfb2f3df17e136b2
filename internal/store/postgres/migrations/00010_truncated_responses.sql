-- +goose Up

-- Whether the response of an attempt is only its beginning: hook.Truncation. What was stored before is taken for whole.
ALTER TABLE attempt ADD COLUMN truncated smallint NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE attempt DROP COLUMN truncated;
