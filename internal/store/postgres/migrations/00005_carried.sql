-- +goose Up

-- What a message carries beside its payload, packed: headers of the webhook that it was made of, and how many
-- Posthorns that has passed through. NULL for what was published here, and once the payload is gone. It is added to every day of
-- the table, and costs those that are there nothing: a column without a default is not written into their rows.
ALTER TABLE message ADD COLUMN carried bytea;

-- +goose Down

ALTER TABLE message DROP COLUMN carried;
