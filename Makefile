# What a person types. `make` alone lists it. Everything needs the environment in .venv, which is
# made on first use and brought up to date when pyproject.toml or constraints.txt change: first with
# what answering needs, and for the developers' targets with what these need besides.

MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help ask serve test fuzz bench crash lint format

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEVELOPED := $(VENV)/.developed
LOG := $(VENV)/install.log

PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
install = $(PIP) --constraint $(VENV)/constraints.txt --editable '$(1)' >>$(LOG) 2>&1 || { \
	tail -n 20 $(LOG) >&2; exit 1; }

# The first Python of 3.11 or later; looked for only when it is needed.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# The ordinary torch for Linux brings several GB of GPU packages. This index has it without them.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)

# The articles of this folder are kept in it, so that nothing outside changes.
export ARTICLEBOT_DATA ?= $(CURDIR)/.articlebot
empty :=
SEEDED := $(subst $(empty) ,\ ,$(ARTICLEBOT_DATA))/.seeds

# A question is data: its text is never expanded by make and reaches the command through the
# environment, so that quotes, dollar signs and backticks in it stay what they are.
ifneq ($(origin Q),undefined)
override Q := $(value Q)
export Q
endif

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

ask: $(SEEDED) ## answer Q="…" from the articles in seeds/; without Q, open a prompt
	@$(BIN)/articlebot ask $${Q+-- "$$Q"} || [ $$? -eq 1 ] # 1: honestly not found, no failure

serve: $(SEEDED) ## serve HTTP on http://127.0.0.1:8000; ARGS="--port 9000"
	@$(BIN)/articlebot serve $(ARGS)

test: $(DEVELOPED) ## run all tests; ARGS="-k cli" runs some
	@$(BIN)/python -m pytest $(ARGS)

fuzz: $(DEVELOPED) ## read damaged files of every format until Ctrl-C; ARGS="--minutes 60"
	@$(BIN)/python -m tests.fuzz $(ARGS)

bench: $(DEVELOPED) ## measure speed beside the plain stack; ARGS="growth" up to a million sentences
	@$(BIN)/python -m tests.benchmarks $(ARGS)

crash: $(DEVELOPED) ## kill the program 300 times; nothing may be half there; ARGS="--kills 1000"
	@$(BIN)/python -m tests.crash $(ARGS)

lint: $(DEVELOPED) ## check style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet . && $(BIN)/mypy

format: $(DEVELOPED) ## put the source into its standard form
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format --quiet .

$(SEEDED): $(wildcard seeds/*) | $(INSTALLED)
	@$(BIN)/articlebot index seeds >&2
	@touch "$$ARTICLEBOT_DATA/.seeds"

# An installed torch is left alone, whichever version it is; else the CPU build is tried, once;
# else the last step takes what the constraints find.
$(INSTALLED): pyproject.toml constraints.txt
	@echo "Installing articlebot into $(VENV): once, a few minutes (log: $(LOG))" >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { [ -n "$(PYTHON)" ] || { \
	    echo "articlebot needs Python 3.11 or later: install it, or name it: make PYTHON=PATH" >&2; \
	    exit 1; }; $(PYTHON) -m venv $(VENV); }
	@: >$(LOG); pip="$(PIP)"; \
	torch() { $(BIN)/python -c 'import importlib.metadata as m; m.version("torch")' 2>/dev/null; }; \
	torch || [ "$$(uname)" != Linux ] || $$pip --no-deps --retries 0 --timeout 5 \
	    --index-url $(TORCH_INDEX) "torch==$(TORCH)" >>$(LOG) 2>&1 || true; \
	if torch; then sed '/^torch==/d' constraints.txt; else cat constraints.txt; fi \
	    >$(VENV)/constraints.txt
	@$(call install,.)
	@touch $@

$(DEVELOPED): $(INSTALLED)
	@echo "Installing what tests need besides (log: $(LOG))" >&2
	@$(call install,.[dev])
	@touch $@
