// SPDX-License-Identifier: Apache-2.0
//
// The model and the data of `spin demo`, inside the program: it runs with no file beside it.

#ifndef SPIN_DEMO_MODEL_H
#define SPIN_DEMO_MODEL_H

#include <stddef.h>

/// The files, in the order in which Swift names them (DemoFiles.swift).
enum spin_demo_file {
  SPIN_DEMO_CONFIG,
  SPIN_DEMO_GENERATION_CONFIG,
  SPIN_DEMO_MODEL,
  SPIN_DEMO_TOKENIZER,
  SPIN_DEMO_TOKENIZER_CONFIG,
  SPIN_DEMO_PRIVACY,
  SPIN_DEMO_FAIRNESS,
  SPIN_DEMO_GENERAL,
  SPIN_DEMO_QUESTIONS_PRIVACY,
  SPIN_DEMO_QUESTIONS_FAIRNESS,
  SPIN_DEMO_QUESTIONS_BENIGN,
  SPIN_DEMO_LABELLED,
  SPIN_DEMO_TEXT
};

/// The size of a file in bytes.
size_t spin_demo_count(enum spin_demo_file file);

/// One byte of a file; 0 past its end. Byte by byte, so that Swift needs no pointer.
unsigned char spin_demo_byte(enum spin_demo_file file, size_t index);

#endif
