-- +goose Up

-- Event types that applications made by publishing. Those in event_type are defined for all applications.
CREATE TABLE ad_hoc_event_type (
    application INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (application, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX ad_hoc_event_type_by_name ON ad_hoc_event_type (name, created_at);

-- +goose Down

DROP TABLE ad_hoc_event_type;
