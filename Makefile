# The thin face of the project: `make lab` and `make test` need Python 3.10 or newer, and nothing else.
.DEFAULT_GOAL := help
.PHONY: help lab test lint clean
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2

help:            ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

# One stamp for each set of extras: a changed pyproject.toml installs again.
.venv/.lab: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[lab]"
	touch $@

.venv/.test: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	touch $@ .venv/.lab

.venv/.browser: .venv/.test tests/install_browser.py
	$(BIN)/python tests/install_browser.py
	touch $@

lab: .venv/.lab  ## JupyterLab on the quickstart notebook; no key needed
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_ARGS) notebooks/01-quickstart.ipynb

test: .venv/.browser lint  ## every test, the browser's included; installs all it needs
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(TEST_ARGS)

lint: .venv/.test  ## ruff and the strict type checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:           ## remove what make made
	rm -rf .venv .venvs build dist test-results
