// SPDX-License-Identifier: Apache-2.0
//
// What generating a token needs: products of a few rows with weights read where they lie, and
// attention of one position over a cache. Sums run over sixteen interleaved partial sums, term k
// in partial sum k mod 16 in increasing k, which are added in the tree of sum_lanes; so a row's
// result depends neither on how many rows there are nor on how they are cut.

typedef uint16_t NAME(wide_bits) __attribute__((vector_size(32), aligned(1)));
typedef uint32_t NAME(wide_words) __attribute__((vector_size(64)));
typedef float NAME(wide_unaligned) __attribute__((vector_size(64), aligned(1)));

/// Sixteen stored elements as Float32; exact.
INLINE NAME(wide) NAME(load_sixteen)(int element, const char *source) {
  if (element == SPIN_F32) return (NAME(wide))*(const NAME(wide_unaligned) *)source;
  const NAME(wide_words) bits =
      __builtin_convertvector(*(const NAME(wide_bits) *)source, NAME(wide_words));
  if (element == SPIN_BF16) return (NAME(wide))(bits << 16);
  // As load_eight.
  const NAME(wide_words) sign = (bits & 0x8000) << 16;
  const NAME(wide) magnitude = (NAME(wide))((bits & 0x7FFF) << 13) * 0x1p112f;
  const NAME(wide_words) special = (NAME(wide_words))((bits & 0x7C00) == 0x7C00);
  return (NAME(wide))((NAME(wide_words))magnitude | (special & 0x7F800000) | sign);
}

/// The last `count` stored elements of a row, zeros after them.
INLINE NAME(wide) NAME(load_rest)(int element, const char *source, ptrdiff_t count) {
  char values[64] = {0};
  memcpy(values, source, (size_t)(count * NAME(width)(element)));
  return NAME(load_sixteen)(element, values);
}

// How far ahead of the product weights are requested, into the second-level cache. Processors
// prefetch by themselves only within a page of memory, and begin anew with each row of a tile of
// neighboring rows; on Zen 4 products that wait for memory are up to 2.4 times as fast with this. A
// request beyond the weights accesses nothing and does no harm.
#define PREFETCH_BYTES(batch) ((batch) == 1 ? 1 << 10 : 16 << 10)

/// y[b][r] for a tile of `rows` weight rows, `gap` rows apart, and `batch` inputs; `rows` and
/// `batch` are known when compiled.
INLINE void NAME(project_tile)(int element, int rows, int batch, const char *weight, ptrdiff_t gap,
                               ptrdiff_t k, const float *x, ptrdiff_t ldx, const float *bias,
                               float *y, ptrdiff_t ldy) {
  const ptrdiff_t size = NAME(width)(element), bytes = gap * k * size;
  NAME(wide) sum[PROJECT_MOST_ROWS][PROJECT_BATCH];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int b = 0; b < batch; b++) sum[r][b] = (NAME(wide)){0};
  ptrdiff_t j = 0;
  for (; j + WIDE <= k; j += WIDE) {
    NAME(wide) w[PROJECT_MOST_ROWS];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const char *source = weight + r * bytes + j * size;
      __builtin_prefetch(source + PREFETCH_BYTES(batch), 0, 2);
      w[r] = NAME(load_sixteen)(element, source);
    }
#pragma clang loop unroll(full)
    for (int b = 0; b < batch; b++) {
      const NAME(wide) left = *(const NAME(wide) *)(x + b * ldx + j);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) sum[r][b] = FMA(w[r], left, sum[r][b]);
    }
  }
  if (j < k)
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const NAME(wide) w = NAME(load_rest)(element, weight + r * bytes + j * size, k - j);
#pragma clang loop unroll(full)
      for (int b = 0; b < batch; b++)
        sum[r][b] = FMA(w, NAME(load_wide)(x + b * ldx + j, k - j, 0), sum[r][b]);
    }
#pragma clang loop unroll(full)
  for (int b = 0; b < batch; b++)
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const float total = NAME(sum_lanes)(sum[r][b]);
      y[b * ldy + r * gap] = bias ? total + bias[r * gap] : total;
    }
}

/// All rows for `batch` inputs: whole tiles of `tile` rows, then single rows.
///
/// For one input the rows of a tile are far apart, so that each of them and its successors are one
/// long stream, which processors prefetch best. For more inputs they are neighbors.
INLINE void NAME(project_rows)(int element, int tile, int batch, const char *weight,
                               ptrdiff_t rows, ptrdiff_t k, const float *x, ptrdiff_t ldx,
                               const float *bias, float *y, ptrdiff_t ldy) {
  const ptrdiff_t bytes = k * NAME(width)(element);
  const ptrdiff_t tiles = rows / tile, gap = batch == 1 ? tiles : 1, step = batch == 1 ? 1 : tile;
  for (ptrdiff_t row = 0; row < tiles * step; row += step)
    NAME(project_tile)(element, tile, batch, weight + row * bytes, gap, k, x, ldx,
                       bias ? bias + row : 0, y + row, ldy);
  for (ptrdiff_t row = tiles * tile; row < rows; row++)
    NAME(project_tile)(element, 1, batch, weight + row * bytes, 1, k, x, ldx,
                       bias ? bias + row : 0, y + row, ldy);
}

INLINE void NAME(project_element)(int element, const char *weight, ptrdiff_t rows, ptrdiff_t k,
                                  const float *x, ptrdiff_t ldx, ptrdiff_t batch,
                                  const float *bias, float *y, ptrdiff_t ldy) {
  for (; batch >= PROJECT_BATCH; batch -= PROJECT_BATCH) {
    NAME(project_rows)(element, PROJECT_ROWS, PROJECT_BATCH, weight, rows, k, x, ldx, bias, y, ldy);
    x += PROJECT_BATCH * ldx;
    y += PROJECT_BATCH * ldy;
  }
  for (; batch >= 2; batch -= 2) {
    NAME(project_rows)(element, PROJECT_ROWS, 2, weight, rows, k, x, ldx, bias, y, ldy);
    x += 2 * ldx;
    y += 2 * ldy;
  }
  // Alone, many rows at once: memory is what limits it, and each row is a stream of its own.
  if (batch == 1)
    NAME(project_rows)(element, PROJECT_MOST_ROWS, 1, weight, rows, k, x, ldx, bias, y, ldy);
}

static void NAME(project)(int element, const void *weight, ptrdiff_t rows, ptrdiff_t k,
                          const float *x, ptrdiff_t ldx, ptrdiff_t batch, const float *bias,
                          float *y, ptrdiff_t ldy) {
#define CALL(type) NAME(project_element)(type, weight, rows, k, x, ldx, batch, bias, y, ldy)
  FOR_EACH_ELEMENT(CALL)
#undef CALL
}

static void NAME(attend)(const float *query, ptrdiff_t heads, ptrdiff_t size, const float *key,
                         const float *value, ptrdiff_t ld, ptrdiff_t low, ptrdiff_t count,
                         float scale, float *scores, float *restrict output) {
  for (ptrdiff_t j = low; j < count; j++)
    for (ptrdiff_t head = 0; head < heads; head++) {
      const float *q = query + head * size, *k = key + j * ld;
      NAME(wide) sum = {0};
      for (ptrdiff_t e = 0; e < size; e += WIDE)
        sum = FMA(NAME(load_wide)(q + e, size - e, 0), NAME(load_wide)(k + e, size - e, 0), sum);
      scores[head * count + j] = NAME(sum_lanes)(sum);
    }
  for (ptrdiff_t head = 0; head < heads; head++) {
    float *p = scores + head * count;
    NAME(softmax)(p, scale, low, count, count);
    for (ptrdiff_t e = 0; e < size; e += WIDE) {
      NAME(wide) sum = {0};
      for (ptrdiff_t j = low; j < count; j++)
        sum = FMA(NAME(wide_of)(p[j]), NAME(load_wide)(value + j * ld + e, size - e, 0), sum);
      NAME(store_wide)(output + head * size + e, size - e, sum);
    }
  }
}
