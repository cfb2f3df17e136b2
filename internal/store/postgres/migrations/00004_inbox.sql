-- +goose Up

-- Where other people's webhooks come in. Keys are never used twice: what was received refers to them.
CREATE TABLE source (
    key         bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application bigint  NOT NULL,
    id          bytea   NOT NULL UNIQUE,
    uid         text    COLLATE "C" UNIQUE,
    name        text    NOT NULL,
    provider    text    NOT NULL,
    options     text    NOT NULL,
    secrets     text    NOT NULL,
    url_hash    bytea   NOT NULL UNIQUE,
    url_sealed  bytea   NOT NULL,
    metadata    text    NOT NULL,
    disabled    boolean NOT NULL,
    rules       text    NOT NULL,
    created_at  bigint  NOT NULL,
    updated_at  bigint  NOT NULL
);
CREATE INDEX source_of_application ON source (application, id);

-- Sources that were deleted and whose webhooks are still there, or on their way.
CREATE TABLE gone_source (
    source bigint PRIMARY KEY,
    at     bigint NOT NULL -- by the database's clock
);

-- What is known of a received webhook and how it stands. Its key is made as that of a message is, and it is in
-- the partition of its day. What others sent is bytes: it may hold U+0000, or be no UTF-8.
CREATE TABLE received (
    key          bigint   NOT NULL PRIMARY KEY,
    source       bigint   NOT NULL,
    application  bigint   NOT NULL, -- of the source when it arrived
    id           bytea    NOT NULL,
    method       bytea    NOT NULL,
    query        bytea    NOT NULL,
    content_type bytea    NOT NULL,
    source_url   bytea    NOT NULL,
    remote       bytea    NOT NULL,
    key_hint     bytea    NOT NULL,
    event_id     bytea    NOT NULL,
    event_type   bytea    NOT NULL,
    occurred_at  bigint,
    received_at  bigint   NOT NULL,
    status       smallint NOT NULL, -- hook.Intake
    run          bigint   NOT NULL, -- in whose hands it is while it is being processed
    attempts     integer  NOT NULL,
    due_at       bigint   NOT NULL,
    changed_at   bigint   NOT NULL,
    reason       bytea    NOT NULL,
    message      bytea              -- id of the message that was made of it
) PARTITION BY RANGE (key);
CREATE INDEX received_by_id ON received (source, id);
CREATE INDEX received_new ON received (due_at, key) WHERE status = 0;
CREATE INDEX received_processing ON received (run, changed_at, key) WHERE status = 1;
CREATE INDEX received_by_status ON received (source, status, changed_at) WHERE status <> 1;
CREATE INDEX received_as ON received (application, message, key) WHERE message IS NOT NULL;

-- What came, apart from what changes: a row is written anew whatever changes in it, with all that is too small to be
-- kept out of line (https://www.postgresql.org/docs/current/storage-toast.html), as most bodies are.
CREATE TABLE received_content (
    key     bigint NOT NULL PRIMARY KEY,
    headers bytea  NOT NULL, -- names and values, each behind its length
    body    bytea            -- NULL when it is gone
) PARTITION BY RANGE (key);

-- Events that were received and are to be told apart from those to come.
CREATE TABLE received_same (
    same     bytea  PRIMARY KEY,
    received bytea  NOT NULL, -- id
    until    bigint NOT NULL
);
CREATE INDEX received_same_by_end ON received_same (until);

-- Requests that sources refused: how many, by the hour, and some of the last.
CREATE TABLE refusal (
    source bigint  NOT NULL,
    hour   integer NOT NULL, -- hours since 1970
    cause  text    COLLATE "C" NOT NULL,
    count  bigint  NOT NULL,
    PRIMARY KEY (source, hour, cause)
) WITH (fillfactor = 50);
CREATE INDEX refusal_by_hour ON refusal (hour);

CREATE TABLE refused (
    source       bigint NOT NULL,
    id           bytea  NOT NULL,
    at           bigint NOT NULL,
    cause        text   NOT NULL,
    detail       bytea  NOT NULL,
    method       bytea  NOT NULL,
    content_type bytea  NOT NULL,
    remote       bytea  NOT NULL,
    headers      bytea  NOT NULL,
    body         bytea  NOT NULL,
    PRIMARY KEY (source, id)
);
CREATE INDEX refused_by_time ON refused (at);

-- +goose Down

DROP TABLE refused, refusal, received_same, received_content, received, gone_source, source;
