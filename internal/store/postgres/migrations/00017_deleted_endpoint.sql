-- +goose Up

-- What remains of a deleted endpoint, so that the history of its messages can name it. It has no secrets and no
-- headers. Rows are purged when they are older than the retention of messages.
CREATE TABLE deleted_endpoint (
    key         bigint PRIMARY KEY, -- that the endpoint had
    application bigint NOT NULL,
    id          bytea  NOT NULL,
    uid         text   COLLATE "C", -- may be in use again
    url         text   NOT NULL,    -- without credentials
    description text   NOT NULL,
    created_at  bigint NOT NULL,
    deleted_at  bigint NOT NULL,
    UNIQUE (application, id)
);
CREATE INDEX deleted_endpoint_by_time ON deleted_endpoint (deleted_at);

-- +goose Down

DROP TABLE deleted_endpoint;
