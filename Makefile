# Commands of the house. `make help` lists them; both setup and test need the network once.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
SOURCES := $(wildcard *.py) audit consultation crypto identity voting tests db_migrations

.PHONY: help setup demo test check fix bench soak strings migration lock packages

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

setup: .venv/.ready node_modules/.ready  ## make .venv from requirements.lock, fetch the browser's modules

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed; say which: make setup PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is needed (on Debian: apt-get install python3-venv)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.ready: package-lock.json
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
	  2>/dev/null || { echo "Node 20.19 or newer is needed"; exit 1; }
	@command -v npm >/dev/null || { echo "npm is needed (it comes with Node)"; exit 1; }
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

demo: setup  ## a demo municipality on http://127.0.0.1:8000, with who can log in
	$(BIN)/kalpi demo

packages:
	@$(PYTHON) tests/packages.py

test: setup packages check  ## everything that must hold before a commit (at most 25 minutes on two cores)
	node --test tests/booth/*.test.mjs
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: setup  ## lint, format and strict types
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy $(SOURCES)

fix: setup  ## mend what lint and format can mend
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

strings: setup  ## bring the Greek catalogue up to date and list what has no Greek yet
	$(BIN)/python strings.py

bench: setup packages  ## ballots against belenios-tool in the same run, and the council pages; out/bench*.json
	$(BIN)/python -m tests.bench.ballots
	$(BIN)/python -m tests.bench.council

soak: setup packages  ## the long campaigns in full
	KALPI_SOAK=1 $(BIN)/python -m pytest

migration: setup  ## write the step from the newest migration to the present row classes: make migration NAME="what changes"
	$(BIN)/python db_migrations/write.py "$(NAME)"

lock:  ## write requirements.lock anew from pyproject.toml (needs pip-tools in a venv of its own)
	@test -x out/lock/bin/pip-compile || { $(PYTHON) -m venv out/lock && out/lock/bin/pip install -q pip-tools; }
	CUSTOM_COMPILE_COMMAND="make lock" out/lock/bin/pip-compile --quiet --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --generate-hashes --strip-extras --allow-unsafe --all-build-deps --extra test \
	  --output-file requirements.lock pyproject.toml
