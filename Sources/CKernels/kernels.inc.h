// SPDX-License-Identifier: Apache-2.0
//
// The kernels of one instruction set. The including file defines
//
//   VARIANT       suffix of every name
//   LANES         floats in the vector of the matrix kernel
//   TILE_ROWS     rows of the register tile; its columns are LANES * TILE_VECTORS
//   PROJECT_ROWS, PROJECT_BATCH   weight rows x inputs of the tile of `project`
//   PROJECT_MOST_ROWS             weight rows that it takes for a single input
//   HAS_FMA       whether fused multiply-add is an instruction
//
// and finds them undefined afterwards.

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(function) JOIN(function, VARIANT)
#define STRING_(a) #a
#define STRING(a) STRING_(a)
#define NAME_STRING STRING(VARIANT)
#define INLINE static inline __attribute__((always_inline))

// Rounding is ours to state: products and sums fuse only where FMA() says so.
#pragma clang fp contract(off)

#if HAS_FMA
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

#define TILE_COLUMNS (LANES * TILE_VECTORS)
/// Rows that are transposed together; a panel is covered by groups that may overlap.
#define GROUP_A (TILE_ROWS >= 8 ? 8 : 4)
#define GROUP_B 8

#include "matrix.inc.h"
#include "elementwise.inc.h"
#include "decode.inc.h"
#include "training.inc.h"

static const spin_kernels NAME(kernels) = {
    .name = NAME_STRING,
    // Its number is raised when an operation or the order of a sum changes.
    .arithmetic = HAS_FMA ? "fma-chain/1" : "multiply-add-chain/1",
    .tile_rows = TILE_ROWS,
    .tile_columns = TILE_COLUMNS,
    .pack_rows_a = NAME(pack_rows_a),
    .pack_rows_b = NAME(pack_rows_b),
    .pack_columns_a = NAME(pack_columns_a),
    .pack_columns_b = NAME(pack_columns_b),
    .multiply = NAME(multiply),
    .register_products = NAME(register_products),
    .widen = NAME(widen),
    .importance = NAME(importance),
    .add = NAME(add),
    .rms_norm = NAME(rms_norm),
    .rms_norm_gradient = NAME(rms_norm_gradient),
    .rotate = NAME(rotate),
    .swiglu = NAME(swiglu),
    .swiglu_gradient = NAME(swiglu_gradient),
    .softmax = NAME(softmax),
    .softmax_gradient = NAME(softmax_gradient),
    .exponential_sum = NAME(exponential_sum),
    .cross_entropy_gradient = NAME(cross_entropy_gradient),
    .project = NAME(project),
    .attend = NAME(attend),
    .add_column_sums = NAME(add_column_sums),
    .add_gain_gradient = NAME(add_gain_gradient),
    .inverse_rms = NAME(inverse_rms_of_row),
    .sum_of_squares = NAME(sum_of_squares),
    .adamw = NAME(adamw),
};

#undef JOIN_
#undef JOIN
#undef NAME
#undef NAME_STRING
#undef STRING
#undef STRING_
#undef INLINE
#undef FMA
#undef TILE_COLUMNS
#undef GROUP_A
#undef GROUP_B
#undef VARIANT
#undef LANES
#undef TILE_ROWS
#undef TILE_VECTORS
#undef HAS_FMA
#undef WIDE
#undef FOR_EACH_ELEMENT
#undef PROJECT_ROWS
#undef PROJECT_BATCH
#undef PROJECT_MOST_ROWS
