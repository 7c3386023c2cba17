# Every verb sets up what it needs, from nothing but Python 3.11 or newer.
# Two things can be set: PYTHON, the interpreters to try for .venv, and PYTEST, pytest's arguments
# (the tests of a file run in one process, which makes once what they share; in order of their
# names, as by chance the short ones come last).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Hundreds of processes start here, of the chain and of the tests: the next one finds compiled what
# the one before has imported, also where the environment would not keep it.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
READY := .venv/.ready
PYTHON ?= python3.13 python3.12 python3.11 python3
PYTEST ?= -q -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help
help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: $(READY) ## make a ready .venv with the locked versions

# What runs in the browser. Where the system has no Node.js, it comes from PyPI into .venv.
WEB := ui_streamlit/web
.PHONY: web
web: # build it
	@if ! command -v npm >/dev/null && ! [ -x $(BIN)/npm ]; then \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement node.lock; fi
	@cd $(WEB) && export PATH="$$PATH:$(CURDIR)/$(BIN)" && \
	  npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent build

.PHONY: demo
demo: $(READY) ## deposit real vendor files, run the chain, show what came out
	$(BIN)/emfair demo

.PHONY: up
up: $(READY) ## run app, API and Dagster on this machine
	$(BIN)/emfair up

.PHONY: test
test: $(READY) browser ceph curl ## run the tests (PYTEST="-q -k lake" runs some)
	$(BIN)/python -m pytest $(PYTEST)

# What no Python package brings: the browser tests drive the system's Chromium, the lake's tests a
# real Ceph, and the API's page is walked through with curl. Where they cannot be installed those
# tests are skipped, and say so; on CI (CI=true) they fail.
.PHONY: browser
browser:
	@if ! { command -v chromium || command -v chromium-browser || command -v google-chrome; } \
	  >/dev/null; then $(call debian,chromium); fi

.PHONY: curl
curl:
	@if ! command -v curl >/dev/null; then $(call debian,curl); fi

.PHONY: ceph
ceph:
	@if ! { command -v ceph && command -v ceph-mon && command -v ceph-osd && command -v radosgw; } \
	  >/dev/null; then $(call debian,ceph-mon ceph-osd radosgw); fi

debian = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then echo "installing $(1)"; \
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends $(1); } >/dev/null \
    || echo "could not be installed: $(1)" >&2; fi

.PHONY: guide
guide: $(READY) browser ## take the pictures of docs/guide-scientist.md anew
	$(BIN)/python -m pytest -q tests/e2e/test_guide.py
	$(BIN)/python -c "from pathlib import Path; from PIL import Image; \
	  [Image.open(one).convert('RGB').quantize(128).save(Path('docs/guide', one.name), optimize=True) \
	   for one in Path('tests/artifacts/guide').glob('*.png')]"

.PHONY: check
check: $(READY) ## lint, format, types, import walls, Dagster definitions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dagster definitions validate -w workspace.yaml

.PHONY: bench
bench: $(READY) ## measure emfair against its targets
	$(BIN)/python -m bench

.PHONY: corpus
corpus: $(READY) ## convert every real file at hand, compare, write docs/coverage.md
	$(BIN)/python -m bench.corpus --write docs/coverage.md

.PHONY: fuzz
fuzz: $(READY) ## damage real files, see that each is told or converted
	$(BIN)/python -m bench.fuzz

.PHONY: lock
lock: .venv/.uv ## resolve the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile --quiet $(LOCK) --group bootstrap --output-file bootstrap.lock
	$(BIN)/uv pip compile --quiet $(LOCK) --group node --output-file node.lock
	$(BIN)/uv pip compile --quiet $(LOCK) pyproject.toml --all-extras --group dev --output-file requirements.lock

.PHONY: clean
clean: ## remove .venv, caches and what was built; never data
	rm -rf .venv build dist $(WEB)/built $(WEB)/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path '*/node_modules/*' -prune -exec rm -rf {} +

# For every platform and every Python from 3.11 on; no address of an index, which is each machine's own.
LOCK := --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

# A name on the PATH may be a shim that runs nothing, so each candidate is asked. uv comes through
# pip, so that it is found wherever pip finds packages.
.venv/.uv: bootstrap.lock
	@if ! $(BIN)/python -c '' 2>/dev/null; then \
	  for python in $(PYTHON) ''; do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	  done; \
	  if [ -z "$$python" ]; then \
	    echo "emfair needs Python 3.11 or newer; none of these is: $(PYTHON)." \
	      "Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 2; \
	  fi; \
	  echo "$$python -m venv .venv"; "$$python" -m venv --clear .venv; \
	fi
	$(BIN)/python -m pip install --quiet --require-hashes --requirement bootstrap.lock
	@touch $@

$(READY): .venv/.uv requirements.lock node.lock pyproject.toml $(wildcard ui_streamlit/web/*.json ui_streamlit/web/deposit/* ui_streamlit/web/viewer/*)
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(MAKE) --no-print-directory web
	$(BIN)/python -c "from emfair.nxem.deflate import prepare; prepare()"  # Numba keeps what it compiles
	@touch $@
