# The two commands of the README, and the rest. Each sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin

run: .venv/app        ## serve the app on http://localhost:8501
	$(BIN)/python -m streamlit run streamlit_app.py

test: .venv/dev       ## check style, then run all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/dev       ## put the code into shape
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

.PHONY: run test lint bench
