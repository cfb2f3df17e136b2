-- +goose Up

-- A uid of a source is unique within its application.
ALTER TABLE source DROP CONSTRAINT source_uid_key;
ALTER TABLE source ADD CONSTRAINT source_uid_of_application UNIQUE (application, uid);
CREATE INDEX source_by_uid ON source (uid) WHERE uid IS NOT NULL;

-- +goose Down

-- Where several have a uid, the first keeps it.
DROP INDEX source_by_uid;
UPDATE source SET uid = NULL WHERE EXISTS (SELECT 1 FROM source former WHERE former.uid = source.uid AND former.key < source.key);
ALTER TABLE source DROP CONSTRAINT source_uid_of_application;
ALTER TABLE source ADD CONSTRAINT source_uid_key UNIQUE (uid);
