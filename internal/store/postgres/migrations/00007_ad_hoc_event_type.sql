-- +goose Up

-- Event types that applications made by publishing. Those in event_type are defined for all applications.
CREATE TABLE ad_hoc_event_type (
    application bigint NOT NULL,
    name        text   COLLATE "C" NOT NULL,
    created_at  bigint NOT NULL,
    PRIMARY KEY (application, name)
);
CREATE INDEX ad_hoc_event_type_by_name ON ad_hoc_event_type (name, created_at);

-- +goose Down

DROP TABLE ad_hoc_event_type;
