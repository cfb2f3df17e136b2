-- +goose Up

-- The version table has a name of its own from here on (PostgreSQL), which the program gives it before it migrates.
SELECT 1;

-- +goose Down

SELECT 1;
