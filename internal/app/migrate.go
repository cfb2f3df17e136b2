package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/posthorn/posthorn/internal/clock"
	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/fault"
	"github.com/posthorn/posthorn/internal/retry"
	"github.com/posthorn/posthorn/internal/store/postgres"
	"github.com/posthorn/posthorn/internal/store/sqlite"
)

// MostPartitionsAhead is for how long partitions can be made at the most: each costs the planner of PostgreSQL a little.
const MostPartitionsAhead = 400 * 24 * time.Hour

// MigrateUp brings the schema of the settings' database up to date, makes partitions for so long ahead if there are any, and
// returns a sentence about it. No server may be running on a SQLite file meanwhile.
func MigrateUp(ctx context.Context, c config.Config, ahead time.Duration, now clock.Clock) (about string, err error) {
	c.AutoMigrate = true
	if ahead < 0 || ahead > MostPartitionsAhead {
		return "", fault.In("partitions-ahead", "bad_partitions_ahead", "Partitions can be made for up to %s: give --partitions-ahead no more.",
			retry.Text(MostPartitionsAhead))
	}
	if ahead > 0 && c.DatabaseURL.IsZero() {
		return "", fault.In("partitions-ahead", "partitions_need_postgres", "A SQLite database has no partitions: "+
			"leave --partitions-ahead away, or name a PostgreSQL database with --database or POSTHORN_DATABASE_URL.")
	}
	d, release, err := alone(c, now)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, release()) }()
	if !d.shared() {
		if err := d.dir.checkNotLost(); err != nil {
			return "", err
		}
	}
	d.daysAhead = int((ahead + 24*time.Hour - 1) / (24 * time.Hour))
	wanted := now.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, d.daysAhead+1)
	s, err := d.open(ctx)
	if err != nil {
		return "", err
	}
	defer closing(s, &err)
	is, err := s.Describe(ctx)
	if err != nil {
		return "", err
	}
	about = fmt.Sprintf("Schema %d, the newest that this program knows, is in %s.", is.Schema, d)
	divided, ok := s.(partitioned)
	if !ok {
		return about, nil
	}
	until, makes, err := divided.Partitions(ctx)
	if err == nil && ahead > 0 && until.Before(wanted) {
		return "", tooFewPartitions(until, wanted, makes)
	}
	return about + fmt.Sprintf(" There are partitions until %s.", until.Format(time.RFC3339)), err
}

// tooFewPartitions is the error of a command that made fewer partitions than were wanted. makes is whether its role may make them.
func tooFewPartitions(until, wanted time.Time, makes bool) error {
	if !makes {
		return fault.New(fault.Unavailable, "partitions_missing", "There are partitions until %s, not until %s, and the role of the PostgreSQL URL may not "+
			"make more: run as the owner of the tables.", until.Format(time.RFC3339), wanted.Format(time.RFC3339))
	}
	return fault.New(fault.Unavailable, "tables_in_use", "There are partitions until %s, not until %s, since a long transaction such as an export reads "+
		"the tables: run this again when it has ended.", until.Format(time.RFC3339), wanted.Format(time.RFC3339))
}

// MigrateDown takes the schema back to the given one, for an older program to start on, and returns a
// sentence about it. What only the newer schema can keep is lost.
func MigrateDown(ctx context.Context, c config.Config, to int64, now clock.Clock) (about string, err error) {
	if _, err := existing(c, now); err != nil {
		return "", err
	}
	d, release, err := alone(c, now)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, release()) }()
	have, _, err := d.schema(ctx)
	if err != nil {
		return "", err
	}
	if to < 0 || to >= have {
		return "", fault.In("to", "bad_schema", "The database has schema %d: give a smaller one with --to, such as --to %d.", have, max(have-1, 0))
	}
	if d.shared() {
		err = postgres.MigrateDown(ctx, d.postgres(true), to)
	} else {
		err = sqlite.MigrateDown(ctx, d.file(), to)
	}
	return fmt.Sprintf("Schema %d is in %s now.", to, d), err
}

// MigrateStatus returns a sentence about the schema that the settings' database has and the one that this
// program wants. It changes nothing and may be asked beside a running server.
func MigrateStatus(ctx context.Context, c config.Config, now clock.Clock) (string, error) {
	d, err := existing(c, now)
	if err != nil {
		return "", err
	}
	have, want, err := d.schema(ctx)
	if err != nil {
		return "", err
	}
	todo := "there is nothing to do."
	switch {
	case have < want && d.shared():
		todo = "run `posthorn migrate up`, or start this program's server, which does it unless auto_migrate is off."
	case have < want:
		todo = "stop the server and run `posthorn migrate up`, or start this program's server, which does it."
	case have > want:
		todo = "use the newer program that wrote it."
	}
	return fmt.Sprintf("Schema %d is in %s, this program wants schema %d: %s", have, d, want, todo), nil
}

// schema returns the number of the schema that the database has and of the one that this program wants.
func (d database) schema(ctx context.Context) (have, want int64, err error) {
	if d.shared() {
		return postgres.Schema(ctx, d.postgres(true))
	}
	return sqlite.Schema(ctx, d.file())
}
