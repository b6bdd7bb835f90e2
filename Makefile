# The two commands of the README, and the rest. Each sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin
LINT = $(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/basedpyright
PYTEST = -n 2 --dist loadfile

run: .venv/app        ## serve the app on http://localhost:8501
	$(BIN)/python -m streamlit run streamlit_app.py

check: .venv/dev      ## lint, types, and the tests that are quick
	$(LINT)
	$(BIN)/python -m pytest $(PYTEST) -m "not browser and not slow"

test: .venv/dev       ## lint, types, and all tests
	$(LINT)
	$(BIN)/python -m pytest $(PYTEST)

lint: .venv/dev       ## fix and format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/bench    ## compare with PyTorch and scikit-learn, and keep a record
	$(BIN)/python -m bench

.venv/app: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/app
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

.venv/bench: requirements-bench.txt .venv/app
	$(BIN)/python -m pip install --quiet --requirement requirements-bench.txt
	@touch $@

.PHONY: run check test lint bench
