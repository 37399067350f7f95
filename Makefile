# Everything runs in .venv, which the first target that needs it makes.

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: help demo test fast fuzz lint bench picture tour clean

help:
	@echo "make demo    podboard on an embedded cluster: pods and shells on this machine"
	@echo "make test    everything: style, types, house rules, tests, the built wheel"
	@echo "make fast    the tests that start no whole podboard and no SSH server"
	@echo "make fuzz    an hour of random output through the terminal's screen"
	@echo "make picture draw docs/board.svg anew"
	@echo "make tour    record docs/tour.cast anew"
	@echo "make bench   what podboard costs beside kubectl, tmux, ssh, sqlite3 and an empty Textual app"

# The stamp of an environment that only runs podboard.
.venv/run.stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "podboard needs Python 3.11 or newer; say which with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

# The stamp of one that tests it, too.
.venv/dev.stamp: .venv/run.stamp
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

demo: .venv/run.stamp
	@$(BIN)/podboard demo $(ARGS)

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Two at a time, since many wait for something; and no more, or what is awaited takes too long.
PYTEST := $(BIN)/pytest -n 2 --dist worksteal

test: lint
	$(PYTEST) $(ARGS)

fast: .venv/dev.stamp
	$(PYTEST) $(addprefix --ignore=tests/,e2e records ssh protocol/test_exec_command.py) $(ARGS)

fuzz: .venv/dev.stamp
	$(BIN)/pytest tests/differential/test_fuzz.py --fuzz-seconds=3600 --timeout=3900 $(ARGS)

bench: .venv/dev.stamp
	$(BIN)/python -m bench $(ARGS)

picture: .venv/dev.stamp
	$(BIN)/python docs/picture.py

tour: .venv/dev.stamp
	$(BIN)/python -m docs.tour

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
