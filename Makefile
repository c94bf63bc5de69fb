# Everything a developer needs, from a bare machine with Python 3.11 or later and make. `make help` lists the targets.
# The first target that needs Python makes `.venv` and installs the exact versions of requirements.lock (hashes checked).

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SEED ?= 1
SCENARIO ?= hyosan
BASE ?= main
RUN := runs/$(SCENARIO)-s$(SEED)

.DEFAULT_GOAL := help
.PHONY: help run test test-all lint verify ensembles planted bench bench-compare docs sources lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "hyosan needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

run: $(READY) ## run the flagship scenario and say where its report is (SCENARIO=..., SEED=...)
	@test -e $(RUN)/manifest.json || $(BIN)/hyosan run $(SCENARIO) --seed $(SEED) --out $(RUN)
	@echo "The report of this run: $(RUN)/report.html   (remove $(RUN) to run it again)"

test: $(READY) ## run the tests that take seconds, in two halves side by side
	@$(BIN)/pytest -m "not long and not ensemble" -p no:cacheprovider tests/docs tests/verification > $(VENV)/beside.txt 2>&1 & beside=$$!; \
	  $(BIN)/pytest -m "not long and not ensemble" tests/golden tests/properties tests/reliability tests/unit; here=$$?; \
	  wait $$beside; there=$$?; cat $(VENV)/beside.txt; exit $$(( here || there ))

lint: $(READY) ## check style, types and the order of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

verify: $(READY) ## hold the engine against theory: a table and runs/verification.html (ARGS=--quick: the quick part)
	$(BIN)/pytest tests/verification -m "not ensemble$(if $(filter --quick,$(ARGS)), and not long)" --verification runs/verification.html

test-all: $(READY) ## run all tests, also those that take minutes
	$(BIN)/pytest -m "not ensemble"

ensembles: $(READY) ## hold the flagship and each of its systems against what they must show over many seeds (hours)
	$(BIN)/pytest tests/verification -m ensemble

planted: $(READY) ## plant some sixty bugs in copies of the package: verification must see them (an hour; ARGS=--compiled: longer)
	$(BIN)/python tests/verification/planted.py $(ARGS)

bench: $(READY) ## measure how fast it is, beside other programs (ARGS=--quick: small; --only NAME)
	$(BIN)/hyosan bench $(ARGS)

bench-compare: $(READY) ## measure a small set with another commit and this one, by turns (BASE=main)
	$(BIN)/hyosan bench --base $(BASE) $(ARGS)

docs: $(READY) ## run every example of the documentation, and check that all is documented
	$(BIN)/pytest tests/docs -m "not ensemble"

sources: $(READY) ## hold the numbers of the library's pathogens against the rows that they cite
	$(BIN)/python -m hyosan.cli.sources

# pip-compile (pip-tools) is not part of the lock. Parts of CUDA have no builds outside Linux and Windows: they are left out there.
lock: $(READY) ## renew requirements.lock from pyproject.toml
	$(BIN)/python -m pip install --quiet pip-tools
	printf 'hatchling>=1.27\neditables\n' > $(VENV)/build.in
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --extra dev --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-trusted-host --no-header --no-annotate -o requirements.lock pyproject.toml $(VENV)/build.in
	sed -i.old -E "s/^((numba-cuda|cuda-[a-z]+)==[^ ]+) /\1 ; sys_platform != 'darwin' /" requirements.lock && rm requirements.lock.old

clean: ## remove the virtual environment and what tools left behind
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dist build
