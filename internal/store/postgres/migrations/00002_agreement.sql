-- +goose Up

-- What everybody who opens these data must agree on, by name. The first value stays.
CREATE TABLE agreement (
    name  text  PRIMARY KEY,
    value bytea NOT NULL
);

-- +goose Down

DROP TABLE agreement;
