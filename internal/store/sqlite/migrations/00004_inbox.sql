-- +goose Up

-- Where other people's webhooks come in. Keys are never used twice: what was received refers to them.
CREATE TABLE source (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    application INTEGER NOT NULL,
    id          BLOB    NOT NULL UNIQUE,
    uid         TEXT    UNIQUE,
    name        TEXT    NOT NULL,
    provider    TEXT    NOT NULL,
    options     TEXT    NOT NULL,
    secrets     TEXT    NOT NULL,
    url_hash    BLOB    NOT NULL UNIQUE,
    url_sealed  BLOB    NOT NULL,
    metadata    TEXT    NOT NULL,
    disabled    INTEGER NOT NULL,
    rules       TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX source_of_application ON source (application, id);

-- Sources that were deleted and whose webhooks are still there.
CREATE TABLE gone_source (
    source INTEGER PRIMARY KEY
) STRICT;

-- What is known of a received webhook and how it stands. Its key is made as that of a message is.
CREATE TABLE received (
    key          INTEGER PRIMARY KEY,
    source       INTEGER NOT NULL,
    application  INTEGER NOT NULL, -- of the source when it arrived
    id           BLOB    NOT NULL,
    method       TEXT    NOT NULL,
    query        TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    source_url   TEXT    NOT NULL,
    remote       TEXT    NOT NULL,
    key_hint     TEXT    NOT NULL,
    event_id     TEXT    NOT NULL,
    event_type   TEXT    NOT NULL,
    occurred_at  INTEGER,
    received_at  INTEGER NOT NULL,
    status       INTEGER NOT NULL, -- hook.Intake
    run          INTEGER NOT NULL, -- in whose hands it is while it is being processed
    attempts     INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    reason       TEXT    NOT NULL,
    message      BLOB              -- id of the message that was made of it
) STRICT;
CREATE UNIQUE INDEX received_by_id ON received (source, id);
CREATE INDEX received_new ON received (due_at, key) WHERE status = 0;
CREATE INDEX received_processing ON received (run, changed_at, key) WHERE status = 1;
CREATE INDEX received_by_status ON received (source, status, changed_at) WHERE status <> 1;
CREATE INDEX received_as ON received (application, message, key) WHERE message IS NOT NULL;

-- What came, apart from what changes: SQLite writes a row anew whatever changes in it, large bodies too.
CREATE TABLE received_content (
    key     INTEGER PRIMARY KEY,
    headers BLOB NOT NULL, -- names and values, each behind its length
    body    BLOB           -- NULL when it is gone
) STRICT;

-- Events that were received and are to be told apart from those to come.
CREATE TABLE received_same (
    same     BLOB    PRIMARY KEY,
    received BLOB    NOT NULL, -- id
    at       INTEGER NOT NULL,
    until    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX received_same_by_end ON received_same (until);

-- Requests that sources refused: how many, by the hour, and some of the last.
CREATE TABLE refusal (
    source INTEGER NOT NULL,
    hour   INTEGER NOT NULL, -- hours since 1970
    cause  TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (source, hour, cause)
) STRICT, WITHOUT ROWID;
CREATE INDEX refusal_by_hour ON refusal (hour);

CREATE TABLE refused (
    source       INTEGER NOT NULL,
    id           BLOB    NOT NULL,
    at           INTEGER NOT NULL,
    cause        TEXT    NOT NULL,
    detail       TEXT    NOT NULL,
    method       TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    remote       TEXT    NOT NULL,
    headers      BLOB    NOT NULL,
    body         BLOB    NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refused_by_time ON refused (at);

-- +goose Down

DROP TABLE refused;
DROP TABLE refusal;
DROP TABLE received_same;
DROP TABLE received_content;
DROP TABLE received;
DROP TABLE gone_source;
DROP TABLE source;
