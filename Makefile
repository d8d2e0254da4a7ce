# Everything a newcomer needs; each target sets up what it lacks. `make` prints this list.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "buildbuy needs Python 3.11 or newer (PYTHON=python3.11 make ...)")'
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

setup: $(READY)  ## a virtual environment with locked dependencies

demo: $(READY)  ## decide the example teams (examples/)
	$(BIN)/python examples/run.py

test: $(READY)  ## all tests
	$(BIN)/python -m pytest

test-fast: $(READY)  ## tests without the slow conformance runs
	$(BIN)/python -m pytest -m "not slow and not probes"

test-probes: $(READY)  ## start and measure all real systems (about an hour, and their installs)
	$(BIN)/python -m pytest -m "probes or slow" tests/probes

lint: $(READY)  ## ruff and mypy
	$(BIN)/ruff check src tests examples benchmarks docs
	$(BIN)/mypy

bench: $(READY)  ## speed and memory, with their targets
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/scan.py

golden: $(READY)  ## rewrite the golden outputs after a wanted change
	$(BIN)/python -m pytest tests/golden --update-golden

reference: $(READY)  ## renew docs/reference from the catalog
	$(BIN)/buildbuy catalog pages --out docs/reference

notebook: $(READY)  ## run the worked notebook again and keep its outputs
	$(BIN)/python docs/guides/notebook.py

schemas: $(READY)  ## renew schema/*.json
	for name in profile evidence system component case scan backtest probe run explain catalog-list catalog-show catalog-bill catalog-check catalog-diff catalog-cases report-diff measure-estimates; do $(BIN)/buildbuy schema $$name > schema/$$name.schema.json; done

oracles: $(READY)  ## ask voiage again (in an environment of its own: it holds an older scipy)
	test -d .venv-oracles || $(PYTHON) -m venv .venv-oracles
	.venv-oracles/bin/python -m pip install --quiet voiage==0.2.1
	$(BIN)/python tests/support/voi_draws.py .venv-oracles/bin/python

lock: $(READY)  ## renew requirements/*.txt from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --no-annotate --no-header --no-emit-index-url --universal --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --no-annotate --no-header --no-emit-index-url --universal --python-version 3.11 --group dev pyproject.toml -c requirements/run.txt -o requirements/dev.txt

.PHONY: help setup demo test test-fast test-probes lint bench golden reference notebook schemas oracles lock
