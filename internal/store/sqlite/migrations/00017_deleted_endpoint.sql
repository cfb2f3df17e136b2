-- +goose Up

-- What remains of a deleted endpoint, so that the history of its messages can name it. It has no secrets and no
-- headers. Rows are purged when they are older than the retention of messages.
CREATE TABLE deleted_endpoint (
    key         INTEGER PRIMARY KEY, -- that the endpoint had
    application INTEGER NOT NULL,
    id          BLOB    NOT NULL,
    uid         TEXT,                -- may be in use again
    url         TEXT    NOT NULL,    -- without credentials
    description TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    deleted_at  INTEGER NOT NULL,
    UNIQUE (application, id)
) STRICT;
CREATE INDEX deleted_endpoint_by_time ON deleted_endpoint (deleted_at);

-- +goose Down

DROP TABLE deleted_endpoint;
