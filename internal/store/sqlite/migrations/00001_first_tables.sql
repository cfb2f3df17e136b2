-- +goose Up

-- Keys are never used twice: history refers to them after their row is gone.
CREATE TABLE application (
    key        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         BLOB    NOT NULL UNIQUE,
    uid        TEXT    UNIQUE,
    name       TEXT    NOT NULL,
    rate_limit INTEGER NOT NULL,
    metadata   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE endpoint (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    application     INTEGER NOT NULL,
    id              BLOB    NOT NULL,
    uid             TEXT,
    url             TEXT    NOT NULL,
    description     TEXT    NOT NULL,
    event_types     TEXT,
    channels        TEXT,
    rate_limit      INTEGER NOT NULL,
    metadata        TEXT    NOT NULL,
    disabled        INTEGER NOT NULL,
    disabled_reason TEXT    NOT NULL,
    failing_since   INTEGER,
    secrets         TEXT    NOT NULL,
    headers         BLOB,
    credentials     BLOB,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    UNIQUE (application, id),
    UNIQUE (application, uid)
) STRICT;

CREATE TABLE event_type (
    name         TEXT    PRIMARY KEY,
    description  TEXT    NOT NULL,
    group_name   TEXT    NOT NULL,
    feature_flag TEXT    NOT NULL,
    schemas      BLOB,
    enforced     INTEGER NOT NULL,
    archived     INTEGER NOT NULL,
    deprecated   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    id          BLOB    PRIMARY KEY,
    name        TEXT    NOT NULL,
    hash        BLOB    NOT NULL UNIQUE,
    hint        TEXT    NOT NULL,
    scope       TEXT    NOT NULL,
    application INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX token_of_application ON token (application) WHERE application <> 0;
CREATE INDEX token_of_server ON token (id) WHERE scope = 'server' AND revoked_at IS NULL;
CREATE INDEX token_of_portal ON token (expires_at) WHERE scope = 'portal';
CREATE INDEX token_by_end ON token (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX token_by_revocation ON token (revoked_at) WHERE revoked_at IS NOT NULL;

-- A message's key is the microsecond in which it was committed, or the next free one: it rises with
-- commit order and places a message in time without an index.
CREATE TABLE message (
    key           INTEGER PRIMARY KEY,
    application   INTEGER NOT NULL,
    id            BLOB    NOT NULL,
    event_type    TEXT    NOT NULL,
    event_id      TEXT,
    channels      TEXT,
    created_at    INTEGER NOT NULL,
    payload_until INTEGER NOT NULL,
    targets       BLOB    NOT NULL, -- rising endpoint keys, as differences in unsigned varints
    payload       BLOB
) STRICT;
CREATE UNIQUE INDEX message_by_id ON message (application, id);
CREATE INDEX message_by_event_id ON message (application, event_id) WHERE event_id IS NOT NULL;

-- Messages whose fresh deliveries are still in the memory of a run. Empty when nothing is open.
CREATE TABLE open_message (
    message   INTEGER PRIMARY KEY,
    run       INTEGER NOT NULL,
    remaining INTEGER NOT NULL
) STRICT;

-- Payloads that go before the usual time; the others are found by their message's key.
CREATE TABLE short_payload (
    until   INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (until, message)
) STRICT, WITHOUT ROWID;

-- Up to which message payloads of the usual age are gone.
CREATE TABLE expired (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    message INTEGER NOT NULL
) STRICT;

-- A delivery has a row only when there is something to say that its attempts do not: it waits, is held,
-- or ended badly. Open ones are found by partial indexes, so that history costs nothing.
CREATE TABLE delivery (
    endpoint    INTEGER NOT NULL,
    message     INTEGER NOT NULL,
    application INTEGER NOT NULL,
    state       INTEGER NOT NULL, -- hook.State
    attempts    INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    trigger     INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    run         INTEGER NOT NULL, -- who holds it while it is being sent
    PRIMARY KEY (endpoint, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (endpoint, due_at, message) WHERE state = 0;
CREATE INDEX delivery_sending ON delivery (run) WHERE state = 1;
CREATE INDEX delivery_failed ON delivery (endpoint, message) WHERE state IN (3, 4);
CREATE INDEX delivery_over ON delivery (message) WHERE state IN (3, 4);

CREATE TABLE attempt (
    message     INTEGER NOT NULL,
    endpoint    INTEGER NOT NULL,
    id          BLOB    NOT NULL, -- says when the attempt began
    outcome     INTEGER NOT NULL, -- hook.OutcomeKind
    cause       TEXT    NOT NULL,
    status      INTEGER NOT NULL,
    trigger     INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    duration    INTEGER NOT NULL, -- microseconds
    url         TEXT    NOT NULL,
    response    BLOB,
    headers     TEXT,
    PRIMARY KEY (message, endpoint, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_by_endpoint ON attempt (endpoint, id);

-- Deliveries that ended, by endpoint and hour.
CREATE TABLE tally (
    endpoint INTEGER NOT NULL,
    hour     INTEGER NOT NULL, -- hours since 1970
    success  INTEGER NOT NULL,
    failed   INTEGER NOT NULL,
    canceled INTEGER NOT NULL,
    PRIMARY KEY (endpoint, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX tally_by_hour ON tally (hour);

CREATE TABLE claim (
    key         BLOB    PRIMARY KEY,
    fingerprint BLOB    NOT NULL,
    message     INTEGER NOT NULL, -- the message that it made; zero for other operations
    answer      BLOB,             -- of other operations, once there is one
    reserved_at INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    run         INTEGER NOT NULL DEFAULT 0 -- who is at work on the answer
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_by_end ON claim (expires_at);

CREATE TABLE event (
    id          BLOB    PRIMARY KEY,
    application INTEGER NOT NULL,
    type        TEXT    NOT NULL,
    data        BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX event_of_application ON event (application, id);

-- One row for every time the program ran on these data.
CREATE TABLE run (
    key        INTEGER PRIMARY KEY,
    reach      INTEGER NOT NULL, -- the window of store.Keeper.Begin
    started_at INTEGER NOT NULL,
    ended_at   INTEGER           -- set when it ended in good order
) STRICT;

CREATE TABLE heartbeat (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL
) STRICT;

-- +goose Down

DROP TABLE heartbeat;
DROP TABLE run;
DROP TABLE event;
DROP TABLE claim;
DROP TABLE tally;
DROP TABLE attempt;
DROP TABLE delivery;
DROP TABLE expired;
DROP TABLE short_payload;
DROP TABLE open_message;
DROP TABLE message;
DROP TABLE token;
DROP TABLE event_type;
DROP TABLE endpoint;
DROP TABLE application;
