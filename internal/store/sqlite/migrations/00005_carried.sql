-- +goose Up

-- What a message carries beside its payload, packed: headers of the webhook that it was made of, and how many
-- Posthorns that has passed through. NULL for what was published here, and once the payload is gone.
ALTER TABLE message ADD COLUMN carried BLOB;

-- +goose Down

ALTER TABLE message DROP COLUMN carried;
