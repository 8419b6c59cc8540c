# Everything a newcomer needs: `make demo` to see it, `make test` to check it. Neither needs root.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint types contracts check bench lock clean help

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.base: requirements/base.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(not (3, 11) <= v < (3, 14) and f"custodes needs Python 3.11 to 3.13; {sys.executable} is {v.major}.{v.minor}. Set PYTHON=…")'
	@echo "Making a virtual environment in $(VENV) (once; about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/base.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "Adding the tools for tests …"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.base ## a virtual estate, scanned, identified and shown on http://127.0.0.1:8765
	@$(BIN)/custodes demo $(ARGS)

test: $(VENV)/.dev ## every test that this machine can run; says what it skipped and why
	@$(BIN)/python -m pytest -n auto $(ARGS)

lint: $(VENV)/.dev ## ruff: style and likely faults
	@$(BIN)/ruff check src tests benchmarks tools && $(BIN)/ruff format --check src tests benchmarks tools

types: $(VENV)/.dev ## mypy, strict
	@$(BIN)/mypy

contracts: $(VENV)/.dev ## imports point one way
	@$(BIN)/lint-imports

check: lint types contracts test ## all of the above

bench: $(VENV)/.dev ## the figures, each by its own command (see benchmarks/README.md)
	@for b in benchmarks/bench_*.py; do echo "== $$b"; $(BIN)/python $$b $(ARGS) || exit 1; done

lock: ## make requirements/*.txt anew from pyproject.toml (needs uv)
	uv pip compile --universal --generate-hashes --no-header --quiet --python-version 3.11 pyproject.toml --group build -o requirements/base.txt
	uv pip compile --universal --generate-hashes --no-header --quiet --python-version 3.11 pyproject.toml --all-extras --group dev -c requirements/base.txt -o requirements/dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
