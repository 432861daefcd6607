// SPDX-License-Identifier: Apache-2.0
//
// The files are written by `make demo-model` and embedded by the compiler (C23's #embed, which clang
// offers in every language mode).

#include "CDemoModel.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char config[] = {
#embed "config.json"
};
static const unsigned char generation_config[] = {
#embed "generation_config.json"
};
static const unsigned char model[] = {
#embed "model.safetensors"
};
static const unsigned char tokenizer[] = {
#embed "tokenizer.json"
};
static const unsigned char tokenizer_config[] = {
#embed "tokenizer_config.json"
};
static const unsigned char privacy[] = {
#embed "privacy.csv"
};
static const unsigned char fairness[] = {
#embed "fairness.csv"
};
static const unsigned char general[] = {
#embed "general.csv"
};
static const unsigned char questions_privacy[] = {
#embed "questions_privacy.csv"
};
static const unsigned char questions_fairness[] = {
#embed "questions_fairness.csv"
};
static const unsigned char questions_benign[] = {
#embed "questions_benign.csv"
};
static const unsigned char labelled[] = {
#embed "labelled.csv"
};
static const unsigned char text[] = {
#embed "general.txt"
};

static const struct {
  const unsigned char *bytes;
  size_t count;
} files[] = {
    [SPIN_DEMO_CONFIG] = {config, sizeof config},
    [SPIN_DEMO_GENERATION_CONFIG] = {generation_config, sizeof generation_config},
    [SPIN_DEMO_MODEL] = {model, sizeof model},
    [SPIN_DEMO_TOKENIZER] = {tokenizer, sizeof tokenizer},
    [SPIN_DEMO_TOKENIZER_CONFIG] = {tokenizer_config, sizeof tokenizer_config},
    [SPIN_DEMO_PRIVACY] = {privacy, sizeof privacy},
    [SPIN_DEMO_FAIRNESS] = {fairness, sizeof fairness},
    [SPIN_DEMO_GENERAL] = {general, sizeof general},
    [SPIN_DEMO_QUESTIONS_PRIVACY] = {questions_privacy, sizeof questions_privacy},
    [SPIN_DEMO_QUESTIONS_FAIRNESS] = {questions_fairness, sizeof questions_fairness},
    [SPIN_DEMO_QUESTIONS_BENIGN] = {questions_benign, sizeof questions_benign},
    [SPIN_DEMO_LABELLED] = {labelled, sizeof labelled},
    [SPIN_DEMO_TEXT] = {text, sizeof text},
};

size_t spin_demo_count(enum spin_demo_file file) { return files[file].count; }

unsigned char spin_demo_byte(enum spin_demo_file file, size_t index) {
  return index < files[file].count ? files[file].bytes[index] : 0;
}
