# `make` lists the targets. Nothing needs to be installed first; see README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
LOCKS := requirements.lock requirements-build.lock
RUN_READY := .venv/.ready-run
DEV_READY := .venv/.ready-dev

.PHONY: help run setup setup-dev scanner test check lint types bench bench-quick smoke-load load screenshots lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## start the whole service and print its address (PORT, DATA_DIR); Ctrl-C stops it
	@exec $(BIN)/verify-app serve

setup: ## make .venv with .venv/bin/verify-app; installs what the system lacks
	@.ci/packages run
	@$(MAKE) -s $(RUN_READY)
	@.ci/scanner

setup-dev: ## the same with everything that the tests need
	@.ci/packages test
	@$(MAKE) -s $(DEV_READY)
	@.ci/scanner

scanner: ## fetch the scan page's decoder with npm, for browsers that have none (run and test try it too)
	@.ci/scanner must

# A development environment holds everything that a running one needs, so it satisfies both stamps.
$(RUN_READY): $(LOCKS) pyproject.toml .ci/venv
	@.ci/venv run
	@rm -f $(DEV_READY)
	@touch $@

$(DEV_READY): $(LOCKS) requirements-dev.lock pyproject.toml .ci/venv
	@.ci/venv dev
	@touch $(RUN_READY) $@

TOGETHER := -n 2 --dist loadfile --no-loadscope-reorder

test: setup-dev ## run all tests and require 100 % of domain/'s branches of tests/unit (TESTS=path: some tests only)
ifdef TESTS
	@$(BIN)/python -m pytest $(TOGETHER) $(TESTS)
else
	@$(BIN)/python -m pytest $(TOGETHER) --cov --cov-report= tests/unit
	@$(BIN)/python -m coverage report --include='verify_app/domain/*' --show-missing --skip-covered --fail-under=100
	@$(BIN)/python -m pytest $(TOGETHER) --ignore=tests/unit
endif

lint: $(DEV_READY) ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV_READY) ## mypy: strict on domain/ and cache/
	@$(BIN)/mypy

check: setup-dev lint types test ## all that continuous integration checks

smoke-load: $(DEV_READY) ## ten seconds of every kind of visitor; every answered scan must be in the ledger
	@$(BIN)/python -m loadtests.smoke

load: $(DEV_READY) ## a load test on an instance of its own: SHAPE=steady|campaign_spike|tv_spot|capacity|… ARGS="--help"
	@$(BIN)/python -m loadtests.run $(or $(SHAPE),steady) $(ARGS)

bench: $(DEV_READY) ## what a scan costs beside bare Flask and bare WSGI, ten minutes at most (JSON=1: one JSON object)
	@$(BIN)/python -m benchmarks.run $(if $(JSON),--json)

bench-quick: $(DEV_READY) ## the first three rows of it, in less than a minute (JSON=1: one JSON object)
	@$(BIN)/python -m benchmarks.run --quick $(if $(JSON),--json)

screenshots: $(DEV_READY) ## take the pictures of docs/ anew from a running service (needs Chromium)
	@$(BIN)/python -m tests.browser.screenshots

lock: ## compute the lock files anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "Expected uv for computing the lock files, got none." >&2; exit 1; }
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --upgrade --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    -c requirements-dev.lock pyproject.toml -o requirements.lock
	printf '%s\n' 'hatchling>=1.27' | uv pip compile --quiet --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate -c requirements-dev.lock - -o requirements-build.lock

clean: ## remove .venv and what tools leave behind (not DATA_DIR)
	@rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
