-- +goose Up

-- Times are microseconds since 1970, as in the SQLite tables beside these, so that the two engines keep the
-- same values. Keys are never used twice: history refers to them after their row is gone.
CREATE TABLE application (
    key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         bytea  NOT NULL UNIQUE,
    uid        text   COLLATE "C" UNIQUE,
    name       text   NOT NULL,
    rate_limit integer NOT NULL,
    metadata   text   NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE TABLE endpoint (
    key             bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application     bigint  NOT NULL,
    id              bytea   NOT NULL,
    uid             text    COLLATE "C",
    url             text    NOT NULL,
    description     text    NOT NULL,
    event_types     text,
    channels        text,
    rate_limit      integer NOT NULL,
    metadata        text    NOT NULL,
    disabled        boolean NOT NULL,
    disabled_reason text    NOT NULL,
    failing_since   bigint,
    secrets         text    NOT NULL,
    headers         bytea,
    credentials     bytea,
    created_at      bigint  NOT NULL,
    updated_at      bigint  NOT NULL,
    UNIQUE (application, id),
    UNIQUE (uid, application) -- in this order it is no way to the endpoints of an application, which are listed by id
);

CREATE TABLE event_type (
    name         text    COLLATE "C" PRIMARY KEY,
    description  text    NOT NULL,
    group_name   text    NOT NULL,
    feature_flag text    NOT NULL,
    schemas      bytea,
    enforced     boolean NOT NULL,
    archived     boolean NOT NULL,
    deprecated   boolean NOT NULL,
    created_at   bigint  NOT NULL,
    updated_at   bigint  NOT NULL
);

CREATE TABLE token (
    id          bytea  PRIMARY KEY,
    name        text   NOT NULL,
    hash        bytea  NOT NULL UNIQUE,
    hint        text   NOT NULL,
    scope       text   NOT NULL,
    application bigint NOT NULL,
    expires_at  bigint,
    revoked_at  bigint,
    created_at  bigint NOT NULL
);
CREATE INDEX token_of_application ON token (application) WHERE application <> 0;
CREATE INDEX token_of_server ON token (id) WHERE scope = 'server' AND revoked_at IS NULL;
CREATE INDEX token_of_portal ON token (expires_at) WHERE scope = 'portal';
CREATE INDEX token_by_end ON token (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX token_by_revocation ON token (revoked_at) WHERE revoked_at IS NOT NULL;

-- A message's key is 1024 times the microsecond in which its run took it into a group, or the next free one,
-- plus the run's slot: unique whatever the clocks of the nodes say, rising within a run, and placing the message in
-- time without an index. Partitions are days of keys.
CREATE TABLE message (
    key           bigint NOT NULL PRIMARY KEY,
    application   bigint NOT NULL,
    id            bytea  NOT NULL,
    event_type    text   NOT NULL,
    event_id      text   COLLATE "C",
    channels      text,
    created_at    bigint NOT NULL,
    payload_until bigint NOT NULL,
    targets       bytea  NOT NULL, -- rising endpoint keys, as differences in unsigned varints
    payload       bytea
) PARTITION BY RANGE (key);
CREATE INDEX message_by_id ON message (application, id);
CREATE INDEX message_by_event_id ON message (application, event_id, key) WHERE event_id IS NOT NULL;

-- Event ids that cannot be used again yet. Beside the messages, since a unique rule cannot span partitions.
CREATE TABLE event_id (
    application bigint NOT NULL,
    name        text   COLLATE "C" NOT NULL,
    message     bigint NOT NULL,
    until       bigint NOT NULL,
    PRIMARY KEY (application, name)
);
CREATE INDEX event_id_by_end ON event_id (until);

-- Messages whose fresh deliveries are still in the memory of a run. Empty when nothing is open.
CREATE TABLE open_message (
    run       bigint  NOT NULL,
    message   bigint  NOT NULL,
    remaining integer NOT NULL,
    PRIMARY KEY (run, message) -- by run, so that what the dead left behind is found beside the work of the living
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- Payloads that go before the usual time; the others are found by their message's key.
CREATE TABLE short_payload (
    until   bigint NOT NULL,
    message bigint NOT NULL,
    PRIMARY KEY (until, message)
);

-- Up to which message payloads of the usual age are gone.
CREATE TABLE expired (
    one     integer PRIMARY KEY CHECK (one = 1),
    message bigint  NOT NULL
);

-- A delivery has a row only when there is something to say that its attempts do not: it waits, is held,
-- or ended badly. Open ones are found by partial indexes, so that history costs nothing.
CREATE TABLE delivery (
    endpoint    bigint   NOT NULL,
    message     bigint   NOT NULL,
    application bigint   NOT NULL,
    state       smallint NOT NULL, -- hook.State
    attempts    integer  NOT NULL,
    due_at      bigint   NOT NULL,
    trigger     smallint NOT NULL,
    reason      text     NOT NULL,
    run         bigint   NOT NULL, -- who holds it while it is being sent
    PRIMARY KEY (endpoint, message)
);
CREATE INDEX delivery_waiting ON delivery (endpoint, due_at, message) WHERE state = 0;
CREATE INDEX delivery_sending ON delivery (run, endpoint) WHERE state = 1;
CREATE INDEX delivery_failed ON delivery (endpoint, message) WHERE state IN (3, 4);
CREATE INDEX delivery_over ON delivery (message) WHERE state IN (3, 4);

-- Attempts are in the partition of their message's day, and go with it.
CREATE TABLE attempt (
    message  bigint   NOT NULL,
    endpoint bigint   NOT NULL,
    id       bytea    NOT NULL, -- says when the attempt began
    outcome  smallint NOT NULL, -- hook.OutcomeKind
    cause    text     NOT NULL,
    status   integer  NOT NULL,
    trigger  smallint NOT NULL,
    number   integer  NOT NULL,
    duration bigint   NOT NULL, -- microseconds
    url      text     NOT NULL,
    response bytea,
    headers  text,
    PRIMARY KEY (message, endpoint, id)
) PARTITION BY RANGE (message);
CREATE INDEX attempt_by_endpoint ON attempt (endpoint, id);

-- Steps that are settled after the day of their message went.
CREATE TABLE attempt_late PARTITION OF attempt DEFAULT;

-- Deliveries that ended, by endpoint, hour and the writer that counted them: nobody waits for another's row.
CREATE TABLE tally (
    endpoint bigint  NOT NULL,
    hour     integer NOT NULL, -- hours since 1970
    writer   bigint  NOT NULL,
    success  bigint  NOT NULL,
    failed   bigint  NOT NULL,
    canceled bigint  NOT NULL,
    PRIMARY KEY (endpoint, hour, writer)
) WITH (fillfactor = 50);
CREATE INDEX tally_by_hour ON tally (hour);

CREATE TABLE claim (
    key         bytea  PRIMARY KEY,
    fingerprint bytea  NOT NULL,
    message     bigint NOT NULL, -- the message that it made; zero for other operations
    answer      bytea,           -- of other operations, once there is one
    reserved_at bigint NOT NULL,
    expires_at  bigint NOT NULL,
    run         bigint NOT NULL DEFAULT 0 -- who is at work on the answer
);
CREATE INDEX claim_by_end ON claim (expires_at);

CREATE TABLE event (
    id          bytea  PRIMARY KEY,
    application bigint NOT NULL,
    type        text   NOT NULL,
    data        bytea  NOT NULL,
    created_at  bigint NOT NULL
);
CREATE INDEX event_of_application ON event (application, id);

-- One row for every time the program ran on these data.
CREATE TABLE run (
    key        bigint   PRIMARY KEY,
    slot       smallint NOT NULL,
    reach      integer  NOT NULL, -- store.Run.Window
    lease      bigint   NOT NULL, -- microseconds
    name       text     NOT NULL,
    address    text     NOT NULL,
    version    text     NOT NULL,
    roles      text     NOT NULL,
    identity   text     NOT NULL,
    queued     bigint   NOT NULL DEFAULT 0,
    wire       bigint   NOT NULL DEFAULT 0,
    started_at bigint   NOT NULL,
    seen_at    bigint   NOT NULL, -- by the database's clock
    ended_at   bigint,            -- set when it ended in good order
    buried_at  bigint             -- set when others declared it dead
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX run_alive ON run (slot) WHERE ended_at IS NULL AND buried_at IS NULL;

-- The last transaction of each of a run's places, so that a run whose connection broke during a commit finds out
-- what became of it.
CREATE TABLE mark (
    run    bigint   NOT NULL,
    place  smallint NOT NULL,
    number bigint   NOT NULL,
    PRIMARY KEY (run, place)
) WITH (fillfactor = 10);

-- How many deliveries of a dead run were marked as interrupted at an endpoint: at most as many as its window,
-- whichever programs take the run's work over, and in how many steps.
CREATE TABLE rescued (
    run      bigint  NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    endpoint bigint  NOT NULL,
    marked   integer NOT NULL,
    PRIMARY KEY (run, endpoint)
);

-- What was changed in the catalogue of late, for the memory of the other runs.
CREATE TABLE change (
    number      bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        smallint NOT NULL,
    application bigint   NOT NULL,
    endpoint    bigint   NOT NULL,
    name        text     NOT NULL,
    at          bigint   NOT NULL -- by the database's clock
);
CREATE INDEX change_by_time ON change (at);

CREATE TABLE heartbeat (
    one integer PRIMARY KEY CHECK (one = 1),
    at  bigint  NOT NULL
);

-- +goose Down

DROP TABLE heartbeat, change, rescued, mark, run, event, claim, tally, attempt, delivery, expired, short_payload,
    open_message, event_id, message, token, event_type, endpoint, application;
