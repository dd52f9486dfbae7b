# Two commands do everything: `make run` shows the product, `make test` proves it.
SHELL := /bin/bash
PY := .venv/bin
PYTEST := nice $(PY)/python -m pytest -q
# A worker more than there are cores, since browsers and servers are waited for; each starts a
# PostgreSQL and a Chromium of its own, hence not more.
SIDE_BY_SIDE := -n $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --maxprocesses 8 --dist worksteal

.PHONY: help setup setup-test setup-train run test test-training faults fuzz guards audit check style types format catalogues docs browser-agent clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/.made-run  ## build .venv, without TensorFlow
setup-test: .venv/.made-test
setup-train: .venv-train/.made-train  ## build .venv-train, with TensorFlow

.venv/.made-run: pyproject.toml uv.lock scripts/setup.sh
	@scripts/setup.sh run && touch $@
.venv/.made-test: pyproject.toml uv.lock scripts/setup.sh
	@scripts/setup.sh test && touch $@ .venv/.made-run
.venv-docs/.made-docs: pyproject.toml uv.lock scripts/setup.sh
	@scripts/setup.sh docs && touch $@
.venv-train/.made-train: pyproject.toml uv.lock scripts/setup.sh
	@scripts/setup.sh train && touch $@

run: setup  ## start the demo and print the address and sign-ins
	@$(PY)/classpulse demo $(ARGS)

test: setup-test  ## lint, types, dependencies and every test, on real parts
	@$(MAKE) --no-print-directory -j 3 style types setup-train docs
	$(PYTEST) $(SIDE_BY_SIDE) -m "not alone"
	$(PYTEST) -m alone
	@$(MAKE) --no-print-directory test-training

faults: setup-test  ## 200 kills, cut connections and ten minutes without a network, on both stores
	nice $(PY)/python -m tests.faults $(ARGS)

fuzz: setup-test  ## a million cases of fuzzing, which goes on where it was cut off
	nice $(PY)/python -m tests.fuzz $(ARGS)

audit: setup-test  ## ask an advisory source about every locked package, or say that none answers
	@$(PY)/python -m scripts.audit

guards: setup-test  ## take each guard away, in a copy, and see that its tests fail
	nice $(PY)/python -m tests.guards $(ARGS)

test-training: setup-train  ## the tests that need TensorFlow
	nice .venv-train/bin/python -m pytest -q $(SIDE_BY_SIDE) --confcutdir=tests/training tests/training

check: setup-test  ## lint, types, dependencies and the quick tests
	@$(MAKE) --no-print-directory -j 2 style types
	$(PYTEST) $(SIDE_BY_SIDE) -m "not slow and not alone" tests/architecture tests/unit

style: setup-test  ## lint, layers and dependencies
	$(PY)/ruff check .
	$(PY)/ruff format --check .
	$(PY)/lint-imports --no-cache
	$(PY)/deptry .

types: setup-test  ## mypy
	$(PY)/mypy

format: setup-test  ## format the code
	$(PY)/ruff format .
	$(PY)/ruff check --fix .

catalogues: setup-test  ## take new texts of the pages into the catalogues of other languages
	$(PY)/python scripts/catalogues.py

docs: setup-test .venv-docs/.made-docs  ## build the documentation site, without a warning, into build/site
	@$(PY)/python -m scripts.docs_site

browser-agent: setup-test  ## build what students' browsers load; needs Node
	$(PY)/python -m scripts.browser_contract
	@# Not ci: it refuses where a registry lacks what a package needs on another system alone.
	cd capture_agent/web && npm install --no-save --no-audit --no-fund && npm run build

clean:  ## remove what was built here
	rm -rf .venv .venv-train .venv-docs .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
