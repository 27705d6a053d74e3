# Kizuna: `make` shows the targets.

# Debian packages that building needs; the server of PostgreSQL only where something runs on it.
packages := libsqlite3-dev libpq-dev libjemalloc-dev
test test-kill check bench-postgres: packages += postgresql
test check planted-bugs: packages += patch
# promtool judges metrics and alerts, openssl makes certificates, python3 runs the JSON-RPC suites: without them the tests
# that need them say that they are skipped.
test check: packages += prometheus openssl python3

# Tests that wait for sockets and processes. They run one room after the other, because those that compute would keep
# them from their turn for longer than a server waits for a hello.
waiting := ^(ClientTests|KizunaTests|ServerTests|PostgresStoreTests|EndToEndTests)\.

# How many tests are under way at a time. Without a bound all begin at once, and what they start and wait for together is
# more than a machine of few cores answers within the patience of the first.
test: export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH = 32

# How many expressions `make conformance` compares, and from which seed; how long `make fuzz` takes for each target.
COUNT ?= 20000
SEED ?= 1
SECONDS ?= 600

# How many worlds `make simulate` runs from SEED on, and for how many steps each.
SEEDS ?= 200
STEPS ?= 5000

# Swift's runtime inside the program: calls into it are direct, by which backtests are 7 to 30 % faster, and the program runs
# where no Swift is installed.
release := -c release --static-swift-stdlib

sudo := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help
help: ## Show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'

.PHONY: run
run: setup ## Start the demo server: builds what is needed, makes a database, prints keys
	swift build $(release) --product kizuna
	"$$(swift build $(release) --show-bin-path)/kizuna" serve --demo

.PHONY: test
test: setup ## Run everything that proves the product
	Tests/PlantedBugs/run.sh --check
	swift build --build-tests --explicit-target-dependency-import-check error
	swift test --skip-build --skip '$(waiting)'
	for room in ClientTests KizunaTests ServerTests PostgresStoreTests EndToEndTests; do \
	  swift test --skip-build --filter "^$$room\." || exit 1; \
	done

.PHONY: test-kill
test-kill: setup ## Kill everything that can be killed, five times as often as `make test` does, and pause for a minute
	swift build --build-tests
	KILLS=5 swift test --skip-build --filter '^PostgresStoreTests\.(UnknownOutcome|LostServer)'
	PAUSE=60 swift test --skip-build --filter '^EndToEndTests\.CrashTests'

.PHONY: check
check: setup ## Format, warnings as errors, declared imports, quick tests
	swift format lint --strict --parallel --recursive Sources Tests Benchmarks Package.swift
	Tests/PlantedBugs/run.sh --check
	swift build --build-tests --explicit-target-dependency-import-check error
	swift test --skip-build --skip '$(waiting)'

.PHONY: conformance
conformance: setup python ## Compare expressions with the public suites and with Google's C++ (COUNT, SEED)
	Tests/Conformance/run.sh $(COUNT) $(SEED)

.PHONY: simulate
simulate: setup ## Run every short history and 200 worlds of faults against the model (SEED, SEEDS, STEPS)
	swift build $(release) --product kizuna-simulate
	SWIFT_DETERMINISTIC_HASHING=1 "$$(swift build $(release) --show-bin-path)/kizuna-simulate" --small-worlds 6
	SWIFT_DETERMINISTIC_HASHING=1 "$$(swift build $(release) --show-bin-path)/kizuna-simulate" \
	  --seed $(SEED) --seeds $(SEEDS) --steps $(STEPS) --store sqlite --compare

.PHONY: planted-bugs
planted-bugs: setup ## Plant ten bugs, each of which the simulator must find
	Tests/PlantedBugs/run.sh

.PHONY: fuzz
fuzz: setup ## Fuzz expressions (parser, checker, evaluator) and the wire (line, schema, value), SECONDS each
	Tests/Fuzz/run.sh $(SECONDS)

.PHONY: attack
attack: setup ## What is known to hurt servers, at its full size: a gigabyte of garbage, 10,000 connections, greedy readers
	swift build --build-tests
	ATTACK=whole swift test --skip-build --filter 'EndToEndTests\.AttackTests'
	swift test --skip-build --filter 'ServerTests\.AttackTests'

.PHONY: sanitize
sanitize: setup ## The tests of the wire under the address sanitizer and under the thread sanitizer
	for kind in address thread; do \
	  swift build --build-tests --sanitize $$kind --scratch-path .build-$$kind || exit 1; \
	  for room in RPCTests JSONTests ClientTests ServerTests; do \
	    ASAN_OPTIONS=suppressions=Tests/Sanitizers/address.supp LSAN_OPTIONS=suppressions=Tests/Sanitizers/leak.supp \
	    TSAN_OPTIONS="halt_on_error=1 suppressions=$(CURDIR)/Tests/Sanitizers/thread.supp" PATIENCE=120 \
	    LD_PRELOAD="$$([ $$kind = thread ] && Tests/Sanitizers/mutex-edges.sh .build-thread)" \
	    swift test --skip-build --no-parallel --sanitize $$kind --scratch-path .build-$$kind --filter "^$$room\." || exit 1; \
	  done; \
	done

.PHONY: strangers
strangers: packages += netcat-openbsd openssl
strangers: setup python ## Let clients that know nothing of Kizuna call it: aiorpcX, nc, openssl, over TCP and TLS
	swift build $(release) --product kizuna
	Tests/Strangers/run.sh "$$(swift build $(release) --show-bin-path)/kizuna"

.PHONY: soak
soak: setup ## Half of the greatest load for SECONDS (1,800): memory and descriptors stay flat, and no call fails
	swift build $(release) --product kizuna
	"$$(swift build $(release) --show-bin-path)/kizuna" bench --soak $(if $(filter command\ line environment,$(origin SECONDS)),$(SECONDS),1800)

.PHONY: format
format: ## Format the sources in place
	swift format --in-place --parallel --recursive Sources Tests Benchmarks Package.swift

.PHONY: methods
methods: setup ## Write docs/reference/methods.md anew, as adding or changing a method needs
	swift build --product kizuna
	"$$(swift build --show-bin-path)/kizuna" methods > docs/reference/methods.md

.PHONY: bench
bench: setup python ## Measure: expressions beside Google's C++, JSON, the store's bound, the server end to end
	Benchmarks/CEL/run.sh
	swift build $(release) --product kizuna
	"$$(swift build $(release) --show-bin-path)/kizuna" bench --growth

.PHONY: bench-postgres
bench-postgres: setup ## Measure the server end to end on a PostgreSQL of its own, beside the store alone
	swift build $(release) --product kizuna
	Benchmarks/Postgres/run.sh "$$(swift build $(release) --show-bin-path)/kizuna"

.PHONY: setup
setup:
	@command -v swift > /dev/null || { echo "Swift 6.3 is needed: see https://www.swift.org/install"; exit 1; }
	@missing=""; \
	if command -v dpkg > /dev/null; then \
	  for package in $(packages); do dpkg -s $$package > /dev/null 2>&1 || missing="$$missing $$package"; done; \
	fi; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  $(sudo) apt-get update -qq && $(sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
	fi

.PHONY: python
python:
	@python3 -c 'import ensurepip, venv' 2> /dev/null || { \
	  echo "installing python3-venv"; \
	  $(sudo) apt-get update -qq && $(sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv; \
	}
