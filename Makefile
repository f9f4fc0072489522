# `make demo` shows the product, `make check` checks an edit, `make test` runs everything.
PYTHON ?= python3
BIN := .venv/bin
MAKEFLAGS += --jobs=3
QUIETLY := --quiet --disable-pip-version-check
LOCK = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate
.PHONY: setup path lock demo lint quick-tests check versions test bench golden docs site sbom

setup: .venv/ready  ## the virtualenv with the package, and the Pulumi CLI
	@$(PYTHON) tools/pulumi/install.py > /dev/null

path: setup  ## what a shell needs on its PATH, one directory per line
	@$(PYTHON) tools/pulumi/install.py
	@echo $(CURDIR)/$(BIN)

.venv/ready: requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "$(PYTHON) is Python " + sys.version.split()[0] \
		+ ", but 3.11 or newer is needed. Name one: make $(MAKECMDGOALS) PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install $(QUIETLY) --require-hashes -r requirements-dev.txt
	$(BIN)/pip install $(QUIETLY) --no-deps --no-build-isolation --editable .
	@touch $@

lock: .venv/ready  ## resolve pyproject.toml again; what is locked stays unless it must change
	$(LOCK) pyproject.toml --extra emulator-tls --group build --output-file requirements.txt
	$(LOCK) pyproject.toml --extra emulator-tls --extra receiver --group dev --constraints requirements.txt --output-file requirements-dev.txt
	$(LOCK) --group tccli --output-file requirements-tccli.txt
	$(LOCK) --group publish --output-file requirements-publish.txt

demo: setup  ## the product against the emulator, on a throw-away backend
	@tools/demo

SCRIPTS = $(shell grep --files-with-matches --no-messages --extended-regexp '^\#!.*sh$$' .ci/* tools/*)

lint: .venv/ready  ## style, types, imports between packages, complexity; scripts and workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/xenon --max-absolute B provider/live_recording
	$(BIN)/shellcheck $(SCRIPTS)
	$(BIN)/zizmor --offline --no-progress --quiet .github template
	@if command -v go > /dev/null; then PATH="$(CURDIR)/$(BIN):$$PATH" go -C tools/actionlint tool actionlint \
		-ignore 'unexpected key "queue" for "concurrency"' $(wildcard $(CURDIR)/.github/workflows/*.yml $(CURDIR)/template/.github/workflows/*.yml); \
	else echo "Workflows are not linted: actionlint is built with Go, and Go is not installed."; fi

.tccli/ready: requirements-tccli.txt
	$(PYTHON) -m venv .tccli
	.tccli/bin/pip install $(QUIETLY) --no-compile --require-hashes -r requirements-tccli.txt # compiling takes 40 s, and few modules are used
	@touch $@

.publish/ready: requirements-publish.txt
	$(PYTHON) -m venv .publish
	.publish/bin/pip install $(QUIETLY) --require-hashes -r requirements-publish.txt
	@touch $@

site: .publish/ready  ## the pages as a searchable site, without broken links: .site/html/index.html
	$(PYTHON) tools/site.py
	NO_COLOR=1 .publish/bin/zensical build --clean --strict

sbom: .publish/ready  ## the packages of the lock, as CycloneDX: dist/sbom.json
	@mkdir -p dist
	.publish/bin/python -W ignore -m cyclonedx_py requirements requirements.txt --pyproject pyproject.toml --output-reproducible -o dist/sbom.json

WORKERS = $$($(BIN)/python -c 'import os; print(os.cpu_count() * 2)') # half of the tests only wait
PYTEST = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --dist worksteal

quick-tests: setup
	$(PYTEST) -m "not slow" -n $(WORKERS)

check: lint quick-tests  ## lint and the quick tests, for every edit

versions: .venv/ready  ## the quick tests with PACKAGES=oldest or newest instead of the locked ones
	$(BIN)/uv venv --quiet --clear --python $(PYTHON) .versions
	$(BIN)/uv pip compile --quiet pyproject.toml --extra emulator-tls --extra receiver --group dev --python .versions --resolution $(RESOLUTION_$(PACKAGES)) \
		--output-file .versions/packages.txt > /dev/null
	$(BIN)/uv pip sync --quiet --python .versions .versions/packages.txt
	$(BIN)/uv pip install --quiet --python .versions --no-deps --no-build-isolation --editable .
	.versions/bin/pytest -m "not slow" -n auto
RESOLUTION_oldest = lowest-direct
RESOLUTION_newest = highest

test: setup lint .tccli/ready  ## everything, with the real CLI and the vendor's command line client
	$(PYTEST) -n $(WORKERS)

bench: setup  ## medians, as ratios to something in the same run
	@PYTHONPATH=. $(BIN)/python bench/plan_gate.py
	@PYTHONPATH=. $(BIN)/python bench/emulator.py
	@$(BIN)/python bench/verify.py --domains 10 --pushes 200 --repeat 3
	@$(BIN)/python bench/engine.py

golden: setup  ## rewrite the expected findings; read the difference before you commit it
	$(BIN)/pytest tests/lint/test_golden.py tests/docs/test_page_commands.py tests/docs/test_examples.py -n auto --rewrite

docs: setup  ## rewrite what is generated
	PYTHONPATH=. $(BIN)/python tools/docs.py
	PYTHONPATH=. $(BIN)/python tools/picture.py
