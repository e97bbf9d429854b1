# `make run` serves, `make test` tests, `make check` lints: each sets up what it needs, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= fer2013.csv

.PHONY: run test check lock evaluate bench image-check clean

run: $(VENV)/.run
	$(BIN)/python app.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layers.py

evaluate: $(VENV)/.run
	$(BIN)/python -m fer_web evaluate --data $(DATA) $(if $(VOTES),--votes $(VOTES))

bench: $(VENV)/.run
	$(BIN)/python -m fer_web bench pipeline

$(VENV)/.run: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "FER Web needs Python 3.10 to 3.13, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(VENV)/.train: $(VENV)/.run requirements-train.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt
	touch $@

# Builds the Dockerfile and serves from it, without a container engine; needs root, buildah and debootstrap.
image-check:
	$(PYTHON) scripts/image/prove.py $(ARGS)

# Pins the complete set for every supported Python and system; needs uv.
lock:
	for kind in requirements requirements-dev requirements-train; do \
		uv pip compile -q --universal --python-version 3.10 --no-emit-index-url --no-emit-find-links \
			--custom-compile-command "make lock" $$kind.in -o $$kind.txt || exit 1; \
	done

clean:
	rm -rf $(VENV)
