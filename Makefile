# Everything a contributor or an operator trying Posthorn out needs. `make` alone lists it.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# A local trial; each can be given on the command line, as in `make run LISTEN=127.0.0.1:9000`.
LISTEN ?= 127.0.0.1:8071
DATA ?= ./data
ALLOW_NETWORKS ?= $(or $(POSTHORN_ALLOW_NETWORKS),127.0.0.0/8)

# What `make test` runs and how, as in `make test PKG=./internal/retry/... TESTFLAGS='-run Jitter -count=1'`.
PKG ?= ./...
TESTFLAGS ?=
TESTLOG := bin/test.jsonl
LONGTESTLOG := bin/test-long.jsonl

# SQLite reaches us as Go translated from C: it works on memory of its own that the race detector does
# not watch, behind the locks of database/sql that it does watch. Instrumenting it finds nothing of ours
# and makes each statement about eight times slower, so the translated code alone is left out. So is the
# work of scrypt, which makes a passphrase costly to guess on purpose, in memory that nobody else has.
#
# All of this, with -race itself, is said in GOFLAGS so that whatever a test builds, such as the server of the
# black-box tests, is made of what was compiled for the tests already. With other flags all would be compiled twice.
RACE_SPARES := modernc.org/sqlite/lib modernc.org/libc/... golang.org/x/crypto/scrypt
test: export GOFLAGS := $(GOFLAGS) -race $(RACE_SPARES:%=-gcflags=%=-race=false)
test: export POSTHORN_TEST_RACE := 1
# A server that raced must fail its test, so it ends at the first race it finds.
test: export GORACE := halt_on_error=1 $(GORACE)

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## Build bin/posthorn (the first build takes about two minutes)
	@CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/ ./cmd/posthorn

.PHONY: run
run: build ## Build and serve on LISTEN (127.0.0.1:8071) with the data in DATA (./data)
	@echo "Local trial: endpoints may point to $(ALLOW_NETWORKS), which a public server should not allow."
	@exec bin/posthorn serve --listen '$(LISTEN)' --data '$(DATA)' --allow-networks '$(ALLOW_NETWORKS)'

# What go test would vet, with every package below ours, make lint does with more.
.PHONY: test
test: ## Run every test with the race detector on; PKG and TESTFLAGS narrow it
	@scripts/needs cc curl node npm openssl postgres python3
	@mkdir -p bin
	@go build -o bin/testlog ./scripts/testlog
	@scripts/with-postgres scripts/test -json -vet=off -timeout 8m $(TESTFLAGS) $(PKG) | bin/testlog -log $(TESTLOG)

# Languages that take minutes to build are apart, so that the other tests need neither their compilers nor the time.
.PHONY: test-long
test-long: ## Drive a server with the client libraries for Java, Kotlin and Rust (15 minutes at most, the first time)
	@scripts/needs java mvn cargo
	@mkdir -p bin
	@go build -o bin/testlog ./scripts/testlog
	@go test -tags long -json -timeout 15m $(TESTFLAGS) ./test/clients/long | bin/testlog -log $(LONGTESTLOG)

.PHONY: lint
lint: bin/golangci-lint ## Check the walls between the rings, errors, comments and the rest of .golangci.yml
	@bin/golangci-lint run

.PHONY: fmt
fmt: ## Format all Go files
	@git ls-files -co --exclude-standard -z '*.go' | xargs -0 gofmt -w

.PHONY: fmt-check
fmt-check:
	@files=$$(git ls-files -co --exclude-standard -z '*.go' | xargs -0 gofmt -l); \
	if [[ -n $$files ]]; then echo "not formatted; run 'make fmt':"; echo "$$files"; exit 1; fi

.PHONY: generate
generate: ## Write the files that are derived from Go declarations
	@go generate ./...

.PHONY: generate-check
generate-check:
	@before=$$(git status --porcelain; git diff); $(MAKE) generate; after=$$(git status --porcelain; git diff); \
	if [[ $$before != "$$after" ]]; then \
	  git status --short; echo "generated files are stale; run 'make generate' and commit what it changes"; exit 1; \
	fi

.PHONY: bench
bench: build ## Measure this machine on SQLite and PostgreSQL, RUNS times (3), and write bin/benchmarks.md; takes 25 minutes, ONLY narrows it
	@scripts/with-postgres bash -c 'export POSTHORN_BENCH_DATABASE_URL="$${POSTHORN_BENCH_DATABASE_URL:-$${POSTHORN_TEST_POSTGRES_URL:-}}"; \
	  exec bin/posthorn bench suite --compare --runs "$(or $(RUNS),3)" $(if $(ONLY),--only "$(ONLY)") --command "make bench"' | tee bin/benchmarks.md

.PHONY: crash
crash: ## Kill the server at random for CRASH_TIME (10m) under load, sending and then receiving, and check that nothing was lost
	@go run ./test/crash/cmd -duration '$(or $(CRASH_TIME),10m)'
	@go run ./test/crash/cmd/inbound -duration '$(or $(CRASH_TIME),10m)'

.PHONY: cluster
cluster: ## Harm a cluster of three nodes in every way, each for CLUSTER_TIME (1m), and check that nothing was lost
	@scripts/needs postgres
	@POSTHORN_TEST_CLUSTER_TIME='$(or $(CLUSTER_TIME),1m)' scripts/with-postgres go test -count=1 -v -timeout 12h $(TESTFLAGS) ./test/cluster

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (30s)
	@FUZZTIME='$(or $(FUZZTIME),30s)' scripts/fuzz

.PHONY: vuln
vuln: ## Look up known vulnerabilities of what we build on (needs the network)
	@scripts/vuln

# The tools have a module of their own, so that what they need does not enter ours.
bin/golangci-lint bin/benchstat bin/govulncheck: bin/%: tools/go.mod tools/go.sum
	@echo "building $* (about a minute the first time)"
	@go build -C tools -trimpath -o ../bin/ "$$(go list -C tools tool | grep '/$*$$')"

.PHONY: tools
tools: bin/golangci-lint bin/benchstat ## Build golangci-lint and benchstat into bin/

.PHONY: longest
longest: ## Print the ten longest functions and files, for information
	@go run ./scripts/longest
