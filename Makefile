# The thin face of the project: `make lab` and `make test` need Python 3.10 or newer, and nothing else.
.DEFAULT_GOAL := help
.PHONY: help lab test lint docs pictures wheel clean
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UV := $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --reinstall-package evolink-widgets
# A test waits about as long as it computes: two cores carry four workers.
JOBS ?= 4
# Each kernel that a test starts would compile the package anew where a shell forbids to keep that.
export PYTHONDONTWRITEBYTECODE :=
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

help:            ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

# What Jupyter looks for is copied when the package is installed, also from a checkout.
COPIED := $(shell find evolink_widgets/jupyter evolink_widgets/widgets -path '*/static/*' -o -name '*.json')

# One stamp for each set of extras: a changed pyproject.toml, or what is copied, installs again.
.venv/.lab: pyproject.toml $(COPIED) | .venv/bin/python
	$(PIP) -e ".[lab]"
	touch $@

# uv takes seconds where pip takes a minute. pip knows settings that are its alone.
.venv/.test: pyproject.toml $(COPIED) | .venv/bin/python
	$(PIP) "uv>=0.5"
	$(UV) -e ".[test]" || $(PIP) -e ".[test]"
	touch $@ .venv/.lab .venv/.docs

.venv/.docs: pyproject.toml $(COPIED) | .venv/bin/python
	$(PIP) -e ".[docs]"
	touch $@ .venv/.lab

.venv/.browser: .venv/.test tests/install_browser.py tests/install_firefox.py
	$(BIN)/python tests/install_browser.py
	$(BIN)/python tests/install_firefox.py
	touch $@

lab: .venv/.lab  ## JupyterLab on the quickstart notebook; no key needed (LAB_ARGS=--no-browser)
	$(BIN)/python -m jupyterlab $(AS_ROOT) $(LAB_ARGS) notebooks/01-quickstart.ipynb

test: .venv/.browser ## every test, the browser's included; installs all it needs (TEST_ARGS="-k studio")
	$(BIN)/python -m pytest -n $(JOBS) $(TEST_ARGS)

lint: .venv/.test ## ruff and the strict type checker; `make test` asks them too
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

# A warning is an error, and so is a name that leads nowhere. Lessons that have not changed are
# not run again.
docs: .venv/.docs ## the manual, in docs/_build/html; the lessons run as it is built
	$(BIN)/python -m sphinx -q -W --keep-going -n -j $(JOBS) -b html docs docs/_build/html $(DOCS_ARGS)
	@echo "docs/_build/html/index.html"

pictures: .venv/.browser ## the documents' pictures anew, from real views (ONLY="batch")
	$(BIN)/python docs/images/retake.py $(ONLY)

wheel: .venv/.test ## what would be published, in dist/
	$(BIN)/python -m build

clean:           ## remove what make made
	rm -rf .venv .venvs build dist test-results
