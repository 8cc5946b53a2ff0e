# Needs: Python >= 3.11 with pip and venv, make, git. Everything else is installed into .venv*/.
#
#   make demo    install the package without extras and read examples/street.jpg
#   make test    the whole test suite
#   make check   format, lint, types, import contracts
#   make bench   latency and memory, beside RapidOCR
#   make video-bench  watching videos: cost, and passes of drawn clips (fonts: DATA=folder)
#   make service-bench  load on the service, beside the bare reader
#   make batch-bench  Ray beside the bare reader, kills, and a billion pictures on paper
#   make eval    accuracy on the development sets (DATA=folder); pages in runs/eval
#   make compare platelens, RapidOCR and Tesseract in one run (needs the program tesseract)
#   make serials the table of region/serials.json from the files of region/formats
#   make clean   remove environments, caches and builds

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test check format bench video-bench service-bench batch-bench eval compare serials clean

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell $(p) -c 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")' 2>/dev/null)))
DATA ?= ../shared/data
ENGINES ?= platelens platelens+rapidocr rapidocr platelens+tesseract tesseract
UV_VERSION := 0.13.8

# Nothing of the caller's own environments may leak in. Without compiled modules every start of
# `platelens` would compile them, and the tests start it often.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
unexport UV_PROJECT_ENVIRONMENT UV_PYTHON UV_INDEX UV_DEFAULT_INDEX
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
# As pip does: trust what the machine trusts, such as the certificate of a company's proxy.
export UV_SYSTEM_CERTS := 1

UV = .venv-tools/bin/uv
SYNC = $(UV) sync --locked --quiet --python .venv-tools/bin/python
SOURCES = $(shell find src -type f -not -name '*.pyc')

help:
	@sed -n 's/^#   //p' Makefile

$(UV): Makefile
	@test -n "$(PYTHON)" || { echo "error: no Python >= 3.11 found; set PYTHON=/path/to/python3.11"; exit 1; }
	"$(PYTHON)" -m venv --clear .venv-tools
	.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# The package as a user gets it: a built wheel, no extras, no development tools.
.venv-demo/.ready: $(UV) pyproject.toml uv.lock $(SOURCES)
	UV_PROJECT_ENVIRONMENT=.venv-demo $(SYNC) --no-editable --reinstall-package platelens
	@touch $@

# Everything for tests and checks. The lock's torch is the CUDA build, gigabytes of it, which runs
# on a CPU, too; PyPI's torchvision fits no other.
.venv/.ready: $(UV) pyproject.toml uv.lock
	UV_PROJECT_ENVIRONMENT=.venv $(SYNC) --group dev --extra train --extra data --extra video --extra postgres --extra batch
	@touch $@

.venv-bench/.ready: $(UV) pyproject.toml uv.lock
	UV_PROJECT_ENVIRONMENT=.venv-bench $(SYNC) --group bench --extra data --extra video --extra serve --extra batch --extra rapidocr \
		--extra tesseract
	@touch $@

demo: .venv-demo/.ready
	.venv-demo/bin/platelens read examples/street.jpg

test: .venv/.ready
	.venv/bin/python -m pytest $(ARGS)

check: .venv/.ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: .venv/.ready
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: .venv-bench/.ready
	.venv-bench/bin/python -m benchmarks.read_latency $(ARGS)

video-bench: .venv-bench/.ready
	.venv-bench/bin/python -m benchmarks.video --json runs/video.json
	.venv-bench/bin/python -m benchmarks.video_passes --data $(DATA) --json runs/video_passes.json $(ARGS)

service-bench: .venv-bench/.ready
	.venv-bench/bin/python -m benchmarks.service --json runs/service.json $(ARGS)

batch-bench: .venv-bench/.ready
	.venv-bench/bin/python -m benchmarks.batch --json runs/batch.json $(ARGS)
	.venv-bench/bin/python -m benchmarks.batch --images 600 --kills 5
	.venv-bench/bin/python -m benchmarks.batch_parts --json runs/batch_parts.json
	.venv-bench/bin/python -m benchmarks.batch_scale --measured runs/batch_parts.json

eval: .venv-bench/.ready
	.venv-bench/bin/platelens eval $(DATA)/dev/world \
		--html runs/eval/world.html --json runs/eval/world.json $(ARGS)
	.venv-bench/bin/platelens eval $(DATA)/us_plates --split valid \
		--html runs/eval/us_plates.html --json runs/eval/us_plates.json $(ARGS)
	.venv-bench/bin/platelens eval $(DATA)/crops/ccpd --held-out 4 \
		--html runs/eval/ccpd.html --json runs/eval/ccpd.json $(ARGS)

compare: .venv-bench/.ready
	.venv-bench/bin/platelens eval $(DATA)/dev/world $(patsubst %,--engine %,$(ENGINES)) \
		--keep runs/compare --html runs/compare/report.html --json runs/compare/scores.json $(ARGS)

serials: .venv/.ready
	.venv/bin/python -c 'from platelens.region.serials import write_table; write_table()'

clean:
	rm -rf .venv .venv-demo .venv-bench .venv-tools dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src tests benchmarks examples -type d -name __pycache__ -prune -exec rm -rf {} +
