# Two commands do all of the set-up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)
PANELS := $(or $(IMAGINOME_PANELS),../shared/data)
FRONTIER ?= $(PANELS)/kgp-chr15-10k/real.vcf.gz --samples $(PANELS)/samples.tsv --seeds 3 --docs \
  --published Genomator=$(PANELS)/kgp-chr15-10k/published-genomator.vcf.gz
SCALING ?= $(PANELS)/kgp-chr15-10k/real.vcf.gz --samples $(PANELS)/samples.tsv
ATTACKS ?= $(PANELS)/kgp-chr15-10k/real.vcf.gz --samples $(PANELS)/samples.tsv --docs \
  --published Genomator=$(PANELS)/kgp-chr15-10k/published-genomator.vcf.gz
EPSILON ?= $(PANELS)/kgp-805/real.hapt.gz --samples $(PANELS)/samples.tsv --docs
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Two workers with a core each: more threads of linear algebra would only wait for each other.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 \
  --dist loadgroup --durations=25

.PHONY: demo test test-long lint types check benchmark frontier scaling attacks epsilon simulate docs clean

demo: $(READY) ## environment, install, main job on the bundled simulated panel
	@$(BIN)/imaginome demo -o demo-out --force || [ $$? -eq 3 ]
	@echo "Look at demo-out/report.html"

test: $(READY) ## environment, install, tests
	$(PYTEST)

test-long: $(READY) ## tests of minutes each
	$(PYTEST) -m long

lint: $(READY) ## style, types, and which room may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: test lint

simulate: $(READY) ## make the bundled panel again: the same bytes
	$(BIN)/python -m imaginome.data.simulate

benchmark: $(READY) ## time, memory and quality of every generator on the real panels
	$(BIN)/python -m benchmarks.generators

frontier: $(READY) ## realism against copying, every generator beside mosaics: make frontier FRONTIER="PANEL ..."
	$(BIN)/python -m benchmarks.frontier $(FRONTIER)

scaling: $(READY) ## time and memory as panels grow, with growth exponents: make scaling SCALING="PANEL ..."
	$(BIN)/python -m benchmarks.scaling $(SCALING)

docs: $(READY) ## the documentation as a static site; begins at docs/_build/html/index.html
	$(BIN)/python -m sphinx -q -W --keep-going -d docs/_build/doctrees docs docs/_build/html
	@echo "Look at docs/_build/html/index.html"

attacks: $(READY) ## which attack finds which known leak, false alarms, verdicts: make attacks ATTACKS="PANEL ..."
	$(BIN)/python -m benchmarks.attacks $(ATTACKS)

epsilon: $(READY) ## what a guarantee costs, against epsilon and panel size: make epsilon EPSILON="PANEL ..."
	$(BIN)/python -m benchmarks.epsilon $(EPSILON)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "imaginome needs Python 3.11 or later; say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
	  rm -rf $(VENV); \
	  echo "python cannot make environments here; on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet torch==$(TORCH)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[private,simulate,test,lint,docs]'
	@touch $@

clean:
	rm -rf $(VENV) demo-out
