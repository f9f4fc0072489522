# A few verbs; `make demo` and `make test` are all that a newcomer needs.
PYTHON ?= python3
BIN := .venv/bin
.PHONY: setup demo test lint bench golden docs

setup: .venv/ready  ## the virtualenv and the Pulumi CLI
	@$(PYTHON) tools/pulumi/install.py > /dev/null

.venv/ready: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: setup  ## the product against the emulator, on a throw-away backend
	@tools/demo

lint: .venv/ready  ## style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

.tccli/ready: requirements-tccli.txt
	$(PYTHON) -m venv .tccli
	.tccli/bin/pip install --quiet --disable-pip-version-check -r requirements-tccli.txt
	@touch $@

test: setup lint .tccli/ready  ## everything, with the real CLI and the vendor's command line client
	$(BIN)/pytest -n auto

bench: .venv/ready  ## medians, as ratios to something in the same run
	@PYTHONPATH=. $(BIN)/python bench/plan_gate.py

golden: .venv/ready  ## rewrite the expected findings; read the difference before you commit it
	$(BIN)/pytest tests/test_golden.py tests/test_docs.py --rewrite

docs: .venv/ready  ## rewrite what is generated
	PYTHONPATH=. $(BIN)/python tools/docs.py
