// Package config says every setting once. The struct Config below is the list: flags, environment
// variables, keys of the YAML file, defaults, limits, help, redaction and the reference page are all
// derived from its tags, so that none of them can be forgotten or disagree.
//
// It is the only package that reads the environment.
package config

import (
	"log/slog"
	"time"

	"github.com/posthorn/posthorn/internal/secret"
)

// Config is the effective settings. The tags of a field are:
//
//	key      the key of the YAML file; the variable is POSTHORN_<KEY> and the flag --<key>
//	flag     another flag, or - for none: secrets have none, since every user of a machine sees them in ps
//	default  as text; without it the setting is unset
//	min,max  limits, inclusive
//	one      the words that are allowed
//	form     what a text looks like, for people
//	empty    "no" if set but empty is a mistake rather than a choice
//	doc      what it is for
type Config struct {
	Listen           string        `key:"listen" default:"127.0.0.1:8071" form:"host:port, such as 127.0.0.1:8071" empty:"no" doc:"Address to serve the API on. Port 0 takes a free one."`
	Data             string        `key:"data" default:"./data" form:"a folder" empty:"no" doc:"Folder of the SQLite database and the key file. It is made if it is not there."`
	DatabaseURL      secret.String `key:"database_url" flag:"database" form:"postgres://user:password@host/name" doc:"PostgreSQL database to use instead of SQLite."`
	ReadURL          secret.String `key:"database_read_url" flag:"-" form:"postgres://user:password@host/name" doc:"Read replica of the PostgreSQL database, for lists and history. What was just published may be missing from them for a moment."`
	AutoMigrate      bool          `key:"auto_migrate" default:"true" doc:"Whether a start brings the schema of the PostgreSQL database up to date. Without it, run posthorn migrate up first."`
	Roles            Roles         `key:"roles" default:"api,deliver,receive,maintain" form:"words separated by commas" empty:"no" doc:"What this node does: api serves the API, deliver sends, receive takes webhooks in, maintain does the chores. With SQLite, all of them."`
	NodeName         string        `key:"node_name" form:"a name" doc:"What this node is called in the list of nodes. Without it, the name of the machine."`
	AdminToken       secret.String `key:"admin_token" flag:"-" form:"at least 24 characters, such as openssl rand -hex 24 prints" empty:"no" doc:"Token that may do everything. Without it, one is generated at the first start and shown once. Changing it ends the former one."`
	EncryptionKey    secret.String `key:"encryption_key" flag:"-" form:"base64 of 32 bytes, such as openssl rand -base64 32 prints" empty:"no" doc:"Key for secrets at rest. Several may be given, separated by commas: the first seals, all open. Without it, a key file is made beside the data."`
	JWTSecret        secret.String `key:"jwt_secret" flag:"-" form:"at least 32 bytes, such as openssl rand -base64 48 prints" empty:"no" doc:"Secret of the JWTs that are accepted beside tokens. Without it, none are. It needs jwt_organization."`
	Organization     string        `key:"jwt_organization" form:"org_ and 27 letters or digits" empty:"no" doc:"Organization whose JWTs are accepted: the claim sub of server tokens, the claim org of application tokens. JWTs of others are refused. A self-hosted Svix server issues its JWTs for org_23rb8YdGqMT0qIzpgGwdXfHirMu unless it was told otherwise."`
	PublicURL        string        `key:"public_url" form:"http:// or https:// and a host" doc:"Where people reach this server, for links. Endpoints may not point there."`
	AllowNetworks    Networks      `key:"allow_networks" form:"networks such as 10.1.0.0/16, separated by commas" doc:"Networks in CIDR form that endpoints may point to although they are not public. Plain http is allowed there. With a network set, an http URL with a name in it is taken, since where the name leads shows only when a webhook is sent: outside of the networks each attempt fails with the words \"Plain http is not permitted here; use an https URL.\""`
	AllowHTTP        bool          `key:"allow_http" default:"false" doc:"Whether endpoints may use plain http everywhere."`
	RetrySchedule    Schedule      `key:"retry_schedule" default:"5s,5m,30m,2h,5h,10h,14h,20h,24h" form:"at most 50 durations of at most 7d, separated by commas, such as 5s,30m,2h,1d" doc:"Waits before each retry of a delivery; each is stretched by up to a fifth. Empty never retries."`
	AttemptTimeout   time.Duration `key:"attempt_timeout" default:"15s" min:"1s" max:"60s" doc:"How long a whole attempt may take, from the name lookup to the last byte of the answer."`
	SignatureHeaders string        `key:"signature_headers" default:"webhook" one:"webhook,svix,both" doc:"Names of the headers with a webhook's id, time and signature: webhook sends webhook-id, webhook-timestamp and webhook-signature, svix sends svix-id, svix-timestamp and svix-signature, for receivers whose library reads only those, both sends all six. The values are the same."`
	MaxInFlight      int           `key:"max_in_flight" default:"128" min:"1" max:"10000" doc:"Most requests to one endpoint at a time."`
	ResponseKeep     Size          `key:"response_keep" default:"16KiB" min:"1KiB" max:"1MiB" doc:"How much of an endpoint's answer is kept with the attempt."`
	MaxBody          Size          `key:"max_body" default:"1MiB" min:"1KiB" max:"64MiB" doc:"Largest request that the API takes, and so the largest message."`
	EventTypes       string        `key:"event_types" default:"open" one:"open,strict" doc:"Whether messages may have event types that the catalogue does not define (open) or not (strict). With open, the first 1,000 of each application are listed beside the catalogue, to tokens of the server and of that application. An event type that is created takes over those of its name."`
	Retention        time.Duration `key:"retention" default:"90d" min:"3d" max:"3650d" doc:"How long messages and attempts are kept. It must not be shorter than all waits of retry_schedule, each stretched by a fifth, and the 3 days for which an idempotency key counts."`
	ReceivedNew      time.Duration `key:"received_new" default:"90d" min:"1h" max:"3650d" doc:"How long a received webhook is kept that was not processed. A source may say otherwise, here and below."`
	ReceivedDone     time.Duration `key:"received_done" default:"30d" min:"1h" max:"3650d" doc:"How long a received webhook is kept after it was processed. Messages made of it are kept as retention says."`
	ReceivedFailed   time.Duration `key:"received_failed" default:"90d" min:"1h" max:"3650d" doc:"How long a received webhook is kept after its processing failed."`
	ReceivedStuck    time.Duration `key:"received_stuck" default:"1h" min:"5m" max:"30d" doc:"How long the processing of a received webhook may take before it is taken for stuck and begun again."`
	Memory           Size          `key:"memory" default:"64MiB" min:"1MiB" max:"1TiB" doc:"Most bytes of payloads held in memory for dispatch; what is more waits in the database. As many again may be held by requests: bodies that come in and answers that go out, of the API and of sources together. One application or source may hold a quarter of that, the tokens of the server half. Past it the answer is 503 with Retry-After. The same bound holds for messages that wait to be committed, and once more for received webhooks."`
	Queue            int           `key:"queue" default:"100000" min:"100" max:"100000000" doc:"Most deliveries held in memory for dispatch. What is more waits in the database."`
	DrainTimeout     time.Duration `key:"drain_timeout" default:"30s" min:"0s" max:"10m" doc:"How long requests and attempts under way may go on after SIGTERM."`
	LogReceived      bool          `key:"log_received" default:"false" doc:"Whether every request to a source is logged as it came, at level info, to find out what a provider sends: headers, the first 4 KiB of the body, and the answer. Credentials and the keys of addresses are masked. Bodies are not, but for the source's own secrets and the fields of forms: what they hold of people, and of keys that nobody here knows, is in the log then. Turn it off again."`
	LogLevel         slog.Level    `key:"log_level" default:"info" one:"debug,info,warn,error" doc:"Least level of the lines that are logged."`
	LogFormat        string        `key:"log_format" default:"text" one:"text,json" doc:"Form of the log, which goes to standard error."`
}
