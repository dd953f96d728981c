# Refrain: `make demo` shows it, `make test` proves it. Both make .venv on first use.
.POSIX:

PYTHON = .venv/bin/python
# Each canister has a main.py of its own, so mypy reads the canisters one by one.
ALL_CANISTERS = canisters/cache:canisters/batcher:canisters/infer
TYPED = src tests benchmarks examples
# Two workers for two cores; a file's tests share fixtures, so they stay together.
PYTEST = $(PYTHON) -m pytest -n 2 --dist loadfile

.PHONY: help venv demo test check bench lint format wheel-test rustpython parity conformance
help:
	@echo "make demo        a prompt asked of a real model, then answered from stable memory"
	@echo "make test        every test: slow ones, the real model, the wheel, the demo"
	@echo "make check       lint, types and the fast tests, within a minute"
	@echo "make bench       count what a hit, a miss and a put cost; writes benchmarks/results"
	@echo "make lint        ruff and mypy"
	@echo "make format      ruff's formatter and its safe fixes"
	@echo "make wheel-test  build the wheel and use it in an empty folder"
	@echo "make rustpython  the cores and the canisters on RustPython; needs cargo"
	@echo "make parity      the dapps' scenarios on a real PocketIC; needs its binary and Kybra's wasm"
	@echo "make conformance what we are held to, Candid, fuzzing, parity; writes docs/conformance.md"

venv: .venv/stamp

.venv/stamp: pyproject.toml .ci/make-venv
	@sh .ci/make-venv

demo: .venv/stamp
	@if [ -e .venv/no-model ]; then \
		echo "demo: no wheel of the real model fits this platform, so the scripted one answers (not a model)"; \
		exec $(PYTHON) -m refrain.demo --model scripted; \
	else \
		exec $(PYTHON) -m refrain.demo; \
	fi

test: .venv/stamp
	@if [ -e .venv/no-model ]; then \
		echo "test: no wheel of the real model fits this platform, so its tests are left out"; \
		$(PYTEST) -m "not model"; \
	else \
		$(PYTEST); \
	fi
	@echo "test: the demo, with the scripted model (not a model)"
	@$(PYTHON) -m refrain.demo --model scripted

check: lint
	@$(PYTEST) -m "not slow and not model"

bench: .venv/stamp
	@$(PYTHON) -m benchmarks.run

lint: .venv/stamp
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@MYPYPATH=$(ALL_CANISTERS) $(PYTHON) -m mypy $(TYPED)
	@for name in cache batcher infer; do \
		MYPYPATH=canisters/$$name $(PYTHON) -m mypy canisters/$$name || exit 1; \
	done

format: .venv/stamp
	@$(PYTHON) -m ruff check --fix
	@$(PYTHON) -m ruff format

wheel-test: .venv/stamp
	@$(PYTHON) -m pytest tests/architecture/test_wheel.py

rustpython: .venv/stamp
	@$(PYTHON) -m tests.rustpython.run

parity: .venv/stamp
	@if [ -z "$$POCKET_IC_BIN" ] || [ -z "$$CANISTER_WASM_DIR" ]; then \
		echo "parity: set POCKET_IC_BIN to a PocketIC binary and CANISTER_WASM_DIR to the folder of cache.wasm.gz, batcher.wasm.gz and infer.wasm.gz built by Kybra" >&2; \
		exit 1; \
	fi
	@$(PYTHON) -m pytest tests/parity

conformance: .venv/stamp
	@$(PYTHON) -m tests.conformance
