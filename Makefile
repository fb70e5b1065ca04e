# One command each, on a clean clone with Python >= 3.11, make and git:
#
#   make demo     watch a small model reason under verification      (installs: local)
#   make test     the whole test suite                               (installs: local, dev)
#   make lint     ruff, mypy, import contracts, fresh docs           (installs: local, dev)
#   make docs     write generated pages and shown output again       (installs: local, dev)
#   make bench    the paired word-problem benchmark, off and on      (installs: local)
#   make clean    remove .venv and every cache
#
# Settings: PYTHON=python3.12  JOBS=4  N=1000 TEMPERATURE=1.0 (bench)  ARGS="-k rollback" (test)

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
JOBS ?= 2
N ?= 1000
TEMPERATURE ?= 1.0
ARGS ?=
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# The models here are small: threads of one process would wait for each other more than they compute.
ONE_THREAD := OMP_NUM_THREADS=1

# The first interpreter that is new enough; `make PYTHON=...` overrides.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

.PHONY: help demo test lint docs bench clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@sed -n '3,11s/^# \{0,1\}//p' Makefile

demo: $(STAMPS)/local
	@$(ONE_THREAD) $(BIN)/verifirst demo

bench: $(STAMPS)/local
	$(ONE_THREAD) $(BIN)/verifirst bench word-problems --n $(N) --temperature $(TEMPERATURE)

test: $(STAMPS)/dev
	HF_HUB_OFFLINE=1 $(ONE_THREAD) $(BIN)/python -m pytest -n $(JOBS) $(ARGS)

lint: $(STAMPS)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m verifirst.report.rulepages --check docs/rules

docs: $(STAMPS)/dev
	$(BIN)/python -m verifirst.report.rulepages docs/rules
	REFRESH=1 $(ONE_THREAD) $(BIN)/python -m pytest -n $(JOBS) tests/docs

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

# Installing. A stamp is older than pyproject.toml or constraints.txt: install again.
$(STAMPS)/python:
	@test -n "$(PYTHON)" || { echo "verifirst needs Python 3.11 or newer; found none (make PYTHON=/path/to/python3)" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Creating $(VENV) with $(PYTHON)"; $(PYTHON) -m venv $(VENV); }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/local: pyproject.toml constraints.txt | $(STAMPS)/python
	@echo "Installing verifirst and the local engine (torch, transformers) into $(VENV): about a minute, once"
	@$(INSTALL) --editable '.[local]'
	@touch $@

$(STAMPS)/dev: pyproject.toml constraints.txt | $(STAMPS)/python
	@echo "Installing verifirst with the local engine and the development tools into $(VENV): about a minute, once"
	@$(INSTALL) --editable '.[local,dev]'
	@touch $(STAMPS)/local $@
