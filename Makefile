# The commands of the project. `make run` and `make test` set up all they need
# on a machine with Python 3.11 and Node 20; the first time takes a few minutes.

BIN := .venv/bin
INSTALLED := .venv/.installed
TELLURIUM := .venv-tellurium/bin/python
export PORT ?= 8000
# Text is UTF-8 wherever this runs, whatever the locale of the machine says.
export PYTHONUTF8 := 1

# Development data: never part of the repository, found where it lies beside it.
ifndef TWIN_DATA
ifneq ($(wildcard ../shared/data),)
export TWIN_DATA := $(abspath ../shared/data)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help run test lint format models fit posterior posterior-forms surrogate verify-science verify-alternatives verify-forms verify-model-forms verify-multiscale verify-inference verify-inputs verify-genotypes verify-guideline verify-interactions verify-exchange verify-engine verify bench bench-full lock check-run check-test verify-sensitivity

help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' Makefile | expand -t 24

run: check-run $(INSTALLED) ## serve the page on http://127.0.0.1:8000 (PORT=... for another)
	$(BIN)/python -m service

test: check-test $(INSTALLED) lint ## style, layers, types, then every test
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --ignore=tests/benchmarks
	$(BIN)/python -m pytest tests/benchmarks

lint: $(INSTALLED) ## ruff, import-linter, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(INSTALLED) ## put every file into the house's form
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

models: $(INSTALLED) ## compile the Antimony sources to SBML
	$(BIN)/twin model compile

fit: $(INSTALLED) ## fit the point estimates to the development data
	$(BIN)/twin model fit

posterior: $(INSTALLED) ## draw the population's posterior by NUTS (about 80 minutes; goes on where it was)
	$(BIN)/twin model posterior --out docs/verification

posterior-forms: $(INSTALLED) ## draw the populations of the published forms (minutes)
	$(BIN)/twin model posterior --form hamberg_2010 --draws 1500
	$(BIN)/twin model posterior --form falkenhagen_2023
	$(BIN)/twin model compile

surrogate: $(INSTALLED) ## fit the clotting-time surrogate to the in-vitro network
	$(BIN)/twin model surrogate

verify-science: $(INSTALLED) ## hold the model against the data, print the table
	$(BIN)/twin verify science --out docs/verification

verify-alternatives: $(INSTALLED) ## fit other forms of the model (about 15 minutes)
	$(BIN)/twin verify alternatives --out docs/verification

verify-forms: $(INSTALLED) ## published forms of the model beside our own
	$(BIN)/twin verify forms --out docs/verification

verify-model-forms: $(INSTALLED) ## compare and stack the forms on people they had not seen (about 10 minutes)
	$(BIN)/twin verify model-forms --out docs/verification

verify-multiscale: $(INSTALLED) ## the claims that join the scales, with plots
	$(BIN)/twin verify multiscale --out docs/verification

# Hours that are given to the calibration of the slow road; HOURS=0 for what there is.
HOURS ?= 4
verify-inference: $(INSTALLED) ## what is learned from measurements (an hour, and HOURS=4 more; goes on where it was)
	$(BIN)/twin verify inference --slow-hours $(HOURS) --out docs/verification

verify-inputs: $(INSTALLED) ## list every answer to bad input
	$(BIN)/twin verify inputs --out docs/verification

verify-genotypes: $(INSTALLED) ## published alleles, withheld positions, bad files (about 7 minutes)
	$(BIN)/twin verify genotypes --out docs/verification

verify-guideline: $(INSTALLED) ## every path of CPIC's figure for warfarin
	$(BIN)/twin verify guideline --out docs/verification

verify-interactions: $(INSTALLED) ## other medicines: predicted against observed
	$(BIN)/twin verify interactions --out docs/verification

verify-exchange: $(INSTALLED) $(TELLURIUM) ## exported archives in COPASI and tellurium
	$(BIN)/twin verify exchange --tellurium $(TELLURIUM) --out docs/verification

verify-engine: $(INSTALLED) ## every model by the compiled engine and a referee (about 5 minutes)
	$(BIN)/twin verify engine $(if $(TWIN_DATA),--published $(TWIN_DATA)/reference_models) --out docs/verification

verify-sensitivity: $(INSTALLED) ## what carries the spread of a dose and a course (about 5 minutes)
	$(BIN)/twin verify sensitivity --out docs/verification

verify: verify-science ## the science table, then the second opinions
	$(BIN)/python -m pytest tests/crosscheck

bench: $(INSTALLED) ## what things cost: start-up, one dose, the engine beside its peers
	$(BIN)/python -m pytest tests/benchmarks

bench-full: $(INSTALLED) ## the engine's tables in full, kept in docs (about half an hour)
	$(BIN)/python -m tests.benchmarks.engine_tables --full --out docs/verification/engine_speed.md

lock: $(INSTALLED) ## pin and hash every requirement anew
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --python-version 3.11 --extra dev --custom-compile-command "make lock" requirements.in pyproject.toml -o requirements.lock

check-run check-test: check-%:
	@.ci/check-system $*

$(INSTALLED): requirements.lock pyproject.toml
	@.ci/check-system run
	test -x $(BIN)/python || $$(.ci/check-system python) -m venv .venv
	@echo "installing the pinned requirements into .venv: about a minute the first time"
	$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@.ci/check-system libraries
	$(BIN)/twin dose examples/fda_1-3_AG.yaml > /dev/null  # compiles what the first dose needs
	@touch $@

# Another simulator, in a place of its own: it brings libraries we do not want beside ours.
$(TELLURIUM):
	$$(.ci/check-system python) -m venv .venv-tellurium
	.venv-tellurium/bin/python -m pip install -qq tellurium==2.2.13.1 six==1.17.0
