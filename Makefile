# make demo         build, then the whole job on the embedded model
# make test         all tests, in release: kernels are C and slow without optimisation
# make lint         formatting, unsafe only where it belongs, no traps on input, file sizes
# make bench        scoring beside PyTorch, into Benchmarks/results (bench-kernels, -generation, -tokenizers likewise)
# make fixtures     write Tests/Fixtures again with PyTorch, and check that nothing changed
# make conformance  compare whole runs with PyTorch, transformers and tokenizers
# make conformance-report   open reports in a real Chromium, which it installs; part of make conformance
# make conformance-endpoint   compare models behind a real OpenAI-compatible server, which it installs
# make conformance-lm-eval   compare multiple choice with the package lm_eval, which it installs: MODEL=..
# make docs         the library's documentation, into .build/docs
# make demo-data    write text, data sets, tokenizer and configuration of the next demo model into .build/demo-data
# make clean        remove what was built

PYTHON_ENV ?= .venv
PYTHON = $(PYTHON_ENV)/bin/python
SPIN = .build/release/spin

.PHONY: demo demo-data test lint bench bench-kernels bench-generation bench-tokenizers fixtures conformance conformance-report conformance-endpoint conformance-lm-eval docs clean build

demo:
	swift run -c release spin demo

demo-data: $(PYTHON)
	$(PYTHON) Tools/demo --out .build/demo-data

test:
	swift test -c release

lint:
	Tools/lint.sh

build:
	swift build -c release --product spin

$(PYTHON):
	Tools/venv.sh $(PYTHON_ENV)

bench: build $(PYTHON)
	$(PYTHON) Benchmarks/run_scoring.py $(SPIN) --models qwen2-1024x4 --nsamples 24 --per-layer 2 \
	  --out Benchmarks/results/scoring-1024x4.json
	$(PYTHON) Benchmarks/run_scoring.py $(SPIN) --models qwen2-0.5b --nsamples 4 --per-layer 1 \
	  --out Benchmarks/results/scoring-0.5b.json

bench-kernels:
	swift run -c release kernel-benchmark > Benchmarks/results/kernels.json

bench-generation: build $(PYTHON)
	$(PYTHON) Benchmarks/run_generation.py $(SPIN)

# A tokenizer's folder and a text: make bench-tokenizers TOKENIZER=~/models/Qwen2-0.5B TEXT=wiki.txt
bench-tokenizers: $(PYTHON)
	swift build -c release --product tokenizer-probe
	$(PYTHON) Benchmarks/tokenizers/run.py $(TOKENIZER) $(TEXT)

fixtures: $(PYTHON)
	$(PYTHON) Tools/fixtures/generate.py
	git diff --exit-code Tests/Fixtures

conformance: build $(PYTHON) conformance-report
	Tools/conformance/run.sh $(PYTHON) $(SPIN)

conformance-report: build
	Tools/conformance/render_report.sh $(SPIN)

conformance-endpoint: build $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r Tools/requirements-endpoint.txt
	$(PYTHON) Tools/conformance/compare_endpoint.py $(SPIN)

conformance-lm-eval: build $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r Tools/requirements-lm-eval.txt
	$(PYTHON) Tools/conformance/compare_lm_eval.py $(SPIN) $(MODEL)

docs:
	SPIN_DOCS=1 swift package --scratch-path .build-docs --allow-writing-to-directory .build/docs \
	  generate-documentation --target SPIN --output-path .build/docs --warnings-as-errors

clean:
	swift package clean
