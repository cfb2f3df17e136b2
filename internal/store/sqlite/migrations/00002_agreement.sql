-- +goose Up

-- What everybody who opens these data must agree on, by name. The first value stays.
CREATE TABLE agreement (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down

DROP TABLE agreement;
