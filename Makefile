# Two commands set everything up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= var

.PHONY: demo test lint lock clean webchat

demo: $(VENV)/ready webchat  ## the main job: invented authority, browser chat, Monday's briefing
	PERFBOT_HOME=$(HOME_DIR) $(BIN)/perfbot demo

test: $(VENV)/ready webchat lint  ## everything that can be tested on this machine; says what was skipped and why
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

lint: $(VENV)/ready
	$(BIN)/ruff check kpi_engine bot schedules tests
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Locked versions with hashes: a fresh machine installs exactly what was tested.
$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Web Chat is one file from its npm package, checked by hash. Without npm it says so and goes on: the page then names
# the terminal chat, and the tests that need it are skipped by name (CI requires them).
webchat: $(VENV)/ready
	-PERFBOT_HOME=$(HOME_DIR) $(BIN)/python -m bot.hosts.webchat.fetch

lock: $(VENV)/ready  ## work the locked versions out again
	$(BIN)/pip-compile --quiet --extra dev --allow-unsafe --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
