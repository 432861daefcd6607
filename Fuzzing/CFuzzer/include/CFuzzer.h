// SPDX-License-Identifier: Apache-2.0

#ifndef SPIN_FUZZER_H
#define SPIN_FUZZER_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer as a library: it mutates inputs, calls the callback and looks at the coverage.
// Source: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
int LLVMFuzzerRunDriver(int *argc, char ***argv,
                        int (*callback)(const uint8_t *data, size_t size));

#endif
