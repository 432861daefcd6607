// SPDX-License-Identifier: Apache-2.0
//
// Compiles kernels.inc.h once per instruction set, by function attributes: no compiler flags, so
// the package stays usable as a dependency.

#include "CKernels.h"
#include <string.h>

// Vectors wider than a register cross only inlined calls, where no calling convention applies.
#pragma clang diagnostic ignored "-Wpsabi"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
                             apply_to = function)
#define VARIANT avx512
#define LANES 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define PROJECT_ROWS 4
#define PROJECT_BATCH 6
#define PROJECT_MOST_ROWS 4
#define HAS_FMA 1
#include "kernels.inc.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VARIANT avx2
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define PROJECT_ROWS 2
#define PROJECT_BATCH 3
#define PROJECT_MOST_ROWS 4
#define HAS_FMA 1
#include "kernels.inc.h"
#pragma clang attribute pop

#define VARIANT baseline
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define PROJECT_ROWS 2
#define PROJECT_BATCH 2
#define PROJECT_MOST_ROWS 2
#define HAS_FMA 0
#include "kernels.inc.h"

static const spin_kernels *const variants[] = {&kernels_avx512, &kernels_avx2, &kernels_baseline};

static int runs(int index) {
  switch (index) {
  case 0:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("fma");
  case 1:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  default:
    return 1;
  }
}

#else

#if defined(__aarch64__)
#define VARIANT neon
#define TILE_ROWS 8
#define HAS_FMA 1
#else
#define VARIANT baseline
#define TILE_ROWS 4
#define HAS_FMA 0
#endif
#define LANES 4
#define TILE_VECTORS 2
#define PROJECT_ROWS 2
#define PROJECT_BATCH 2
#define PROJECT_MOST_ROWS 2
#include "kernels.inc.h"

#if defined(__aarch64__)
static const spin_kernels *const variants[] = {&kernels_neon};
#else
static const spin_kernels *const variants[] = {&kernels_baseline};
#endif

static int runs(int index) {
  (void)index;
  return 1;
}

#endif

int spin_kernels_count(void) { return (int)(sizeof variants / sizeof variants[0]); }

const spin_kernels *spin_kernels_at(int index) {
  if (index < 0 || index >= spin_kernels_count() || !runs(index)) return NULL;
  return variants[index];
}
