# `make run` serves, `make test` tests, `make check` lints: each sets up what it needs, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= fer2013.csv

.PHONY: run test check lock evaluate bench image-check clean

run: $(VENV)/.serve
	$(BIN)/python app.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(or $(ARGS),-n 2 --dist loadfile)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layers.py
	$(BIN)/python -m fer_web docs --check

evaluate: $(VENV)/.all
	$(BIN)/python -m fer_web evaluate --data $(DATA) $(if $(VOTES),--votes $(VOTES))

bench: $(VENV)/.all
	$(BIN)/python -m fer_web bench pipeline

$(VENV)/.serve: requirements-serve.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "FER Web needs Python 3.10 to 3.13, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-serve.txt
	touch $@

$(VENV)/.all: $(VENV)/.serve requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.dev: $(VENV)/.all requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

$(VENV)/.train: $(VENV)/.all requirements-train.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt
	touch $@

# Builds the Dockerfile and serves from it, without a container engine; needs root, buildah and debootstrap.
image-check:
	$(PYTHON) scripts/image/prove.py $(ARGS)

# Pins every set of pyproject.toml for every supported Python and system; needs uv. requirements.txt comes first and
# decides the versions of the others.
COMPILE := uv pip compile -q --universal --python-version 3.10 --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"
# The outlets of a few hundred kB; lsl (SciPy, Qt bindings) and parquet are installed by who wants them.
OUTLETS := --extra mqtt --extra osc --extra webhook
# With hashes, so that pip takes nothing but the files that were looked at; not for training, whose PyTorch comes in
# builds of its own on many machines.
lock:
	$(COMPILE) --generate-hashes pyproject.toml --extra classic $(OUTLETS) --extra redis --extra postgres -o requirements.txt
	$(COMPILE) --generate-hashes pyproject.toml $(OUTLETS) --extra redis --extra postgres -c requirements.txt -o requirements-serve.txt
	$(COMPILE) pyproject.toml --extra classic --extra train --extra lab -c requirements.txt -o requirements-train.txt
	$(COMPILE) --generate-hashes --group dev -c requirements.txt -c requirements-train.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV)
