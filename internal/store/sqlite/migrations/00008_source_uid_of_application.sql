-- +goose Up

-- A uid of a source is unique within its application. SQLite cannot change a rule of a table, so the table is made
-- anew; its keys go on where they were.
CREATE TABLE source_new (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    application INTEGER NOT NULL,
    id          BLOB    NOT NULL UNIQUE,
    uid         TEXT,
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
    updated_at  INTEGER NOT NULL,
    UNIQUE (application, uid)
) STRICT;
INSERT INTO source_new SELECT key, application, id, uid, name, provider, options, secrets, url_hash, url_sealed, metadata,
    disabled, rules, created_at, updated_at FROM source;
DELETE FROM sqlite_sequence WHERE name = 'source_new';
INSERT INTO sqlite_sequence (name, seq) SELECT 'source_new', seq FROM sqlite_sequence WHERE name = 'source';
DROP TABLE source;
ALTER TABLE source_new RENAME TO source;
CREATE INDEX source_of_application ON source (application, id);
CREATE INDEX source_by_uid ON source (uid) WHERE uid IS NOT NULL;

-- +goose Down

-- Where several have a uid, the first keeps it.
CREATE TABLE source_new (
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
INSERT INTO source_new SELECT key, application, id,
    CASE WHEN EXISTS (SELECT 1 FROM source former WHERE former.uid = source.uid AND former.key < source.key) THEN NULL ELSE uid END,
    name, provider, options, secrets, url_hash, url_sealed, metadata, disabled, rules, created_at, updated_at FROM source;
DELETE FROM sqlite_sequence WHERE name = 'source_new';
INSERT INTO sqlite_sequence (name, seq) SELECT 'source_new', seq FROM sqlite_sequence WHERE name = 'source';
DROP TABLE source;
ALTER TABLE source_new RENAME TO source;
CREATE INDEX source_of_application ON source (application, id);
