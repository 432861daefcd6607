// SPDX-License-Identifier: Apache-2.0
//
// Packing and the register-tiled product.

typedef float NAME(vector) __attribute__((vector_size(LANES * 4), aligned(4)));
typedef float NAME(eight) __attribute__((vector_size(32), aligned(4)));
typedef float NAME(four) __attribute__((vector_size(16), aligned(4)));
typedef uint16_t NAME(eight_bits) __attribute__((vector_size(16), aligned(1)));
typedef float NAME(eight_floats) __attribute__((vector_size(32), aligned(1)));
typedef uint32_t NAME(eight_words) __attribute__((vector_size(32)));

/// Bytes of one stored element.
INLINE ptrdiff_t NAME(width)(int element) { return element == SPIN_F32 ? 4 : 2; }

/// Eight stored elements as Float32; exact. The source need not be aligned.
INLINE NAME(eight) NAME(load_eight)(int element, const char *source) {
  if (element == SPIN_F32) return *(const NAME(eight_floats) *)source;
  NAME(eight_words) bits =
      __builtin_convertvector(*(const NAME(eight_bits) *)source, NAME(eight_words));
  if (element == SPIN_BF16) return (NAME(eight))(bits << 16);
  // A binary16 shifted into place is its value times 2^-112; the product is exact, subnormals
  // included. Infinities and NaNs (all exponent bits set) get the full exponent back.
  NAME(eight_words) sign = (bits & 0x8000) << 16;
  NAME(eight) magnitude = (NAME(eight))((bits & 0x7FFF) << 13) * 0x1p112f;
  NAME(eight_words) special = (NAME(eight_words))((bits & 0x7C00) == 0x7C00);
  return (NAME(eight))((NAME(eight_words))magnitude | (special & 0x7F800000) | sign);
}

/// One stored element as Float32.
INLINE float NAME(load_one)(int element, const char *source) {
  if (element == SPIN_F32) {
    float value;
    memcpy(&value, source, 4);
    return value;
  }
  uint16_t bits[8] = {0};
  memcpy(bits, source, 2);
  return NAME(load_eight)(element, (const char *)bits)[0];
}

/// Writes rows[i][j] to result[j * stride + i]: an 8x8 block, transposed.
INLINE void NAME(transpose_eight)(NAME(eight) r0, NAME(eight) r1, NAME(eight) r2, NAME(eight) r3,
                                  NAME(eight) r4, NAME(eight) r5, NAME(eight) r6, NAME(eight) r7,
                                  float *result, ptrdiff_t stride) {
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOW2(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH2(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define LOW4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define HIGH4(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
  NAME(eight) a0 = LOW(r0, r1), a1 = HIGH(r0, r1), a2 = LOW(r2, r3), a3 = HIGH(r2, r3);
  NAME(eight) a4 = LOW(r4, r5), a5 = HIGH(r4, r5), a6 = LOW(r6, r7), a7 = HIGH(r6, r7);
  NAME(eight) b0 = LOW2(a0, a2), b1 = HIGH2(a0, a2), b2 = LOW2(a1, a3), b3 = HIGH2(a1, a3);
  NAME(eight) b4 = LOW2(a4, a6), b5 = HIGH2(a4, a6), b6 = LOW2(a5, a7), b7 = HIGH2(a5, a7);
  *(NAME(eight) *)(result + 0 * stride) = LOW4(b0, b4);
  *(NAME(eight) *)(result + 1 * stride) = LOW4(b1, b5);
  *(NAME(eight) *)(result + 2 * stride) = LOW4(b2, b6);
  *(NAME(eight) *)(result + 3 * stride) = LOW4(b3, b7);
  *(NAME(eight) *)(result + 4 * stride) = HIGH4(b0, b4);
  *(NAME(eight) *)(result + 5 * stride) = HIGH4(b1, b5);
  *(NAME(eight) *)(result + 6 * stride) = HIGH4(b2, b6);
  *(NAME(eight) *)(result + 7 * stride) = HIGH4(b3, b7);
#undef LOW
#undef HIGH
#undef LOW2
#undef HIGH2
#undef LOW4
#undef HIGH4
}

/// Writes rows[i][j] to result[j * stride + i] for 4 rows of 8.
INLINE void NAME(transpose_four)(NAME(eight) r0, NAME(eight) r1, NAME(eight) r2, NAME(eight) r3,
                                 float *result, ptrdiff_t stride) {
  NAME(eight) a0 = __builtin_shufflevector(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11);
  NAME(eight) a1 = __builtin_shufflevector(r0, r1, 4, 12, 5, 13, 6, 14, 7, 15);
  NAME(eight) a2 = __builtin_shufflevector(r2, r3, 0, 8, 1, 9, 2, 10, 3, 11);
  NAME(eight) a3 = __builtin_shufflevector(r2, r3, 4, 12, 5, 13, 6, 14, 7, 15);
#define PAIR(a, b, i) __builtin_shufflevector(a, b, i, i + 1, i + 8, i + 9)
  *(NAME(four) *)(result + 0 * stride) = PAIR(a0, a2, 0);
  *(NAME(four) *)(result + 1 * stride) = PAIR(a0, a2, 2);
  *(NAME(four) *)(result + 2 * stride) = PAIR(a0, a2, 4);
  *(NAME(four) *)(result + 3 * stride) = PAIR(a0, a2, 6);
  *(NAME(four) *)(result + 4 * stride) = PAIR(a1, a3, 0);
  *(NAME(four) *)(result + 5 * stride) = PAIR(a1, a3, 2);
  *(NAME(four) *)(result + 6 * stride) = PAIR(a1, a3, 4);
  *(NAME(four) *)(result + 7 * stride) = PAIR(a1, a3, 6);
#undef PAIR
}

/// Packs one full panel of rows: `width` rows of k elements to [k][width].
INLINE void NAME(pack_row_panel)(int element, const char *source, ptrdiff_t bytes, ptrdiff_t k,
                                 ptrdiff_t width, ptrdiff_t group, float *panel) {
  const ptrdiff_t size = NAME(width)(element);
  ptrdiff_t j = 0;
  for (; j + 8 <= k; j += 8) {
    for (ptrdiff_t start = 0; start < width; start += group) {
      // The last group begins early and writes some rows twice, the same values.
      const ptrdiff_t row = start + group <= width ? start : width - group;
      const char *first = source + row * bytes + j * size;
#define ROW(i) NAME(load_eight)(element, first + (i) * bytes)
      float *result = panel + j * width + row;
      if (group == 8) {
        NAME(transpose_eight)(ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7),
                              result, width);
      } else {
        NAME(transpose_four)(ROW(0), ROW(1), ROW(2), ROW(3), result, width);
      }
#undef ROW
    }
  }
  for (; j < k; j++)
    for (ptrdiff_t row = 0; row < width; row++)
      panel[j * width + row] = NAME(load_one)(element, source + row * bytes + j * size);
}

INLINE void NAME(pack_rows)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count,
                            ptrdiff_t k, ptrdiff_t width, ptrdiff_t group, float *panels) {
  const ptrdiff_t size = NAME(width)(element), bytes = ld * size;
  const char *rows = source;
  ptrdiff_t row = 0;
  for (; row + width <= count; row += width)
    NAME(pack_row_panel)(element, rows + row * bytes, bytes, k, width, group, panels + row * k);
  if (row == count) return;
  float *panel = panels + row * k;
  for (ptrdiff_t j = 0; j < k; j++)
    for (ptrdiff_t i = 0; i < width; i++)
      panel[j * width + i] =
          row + i < count ? NAME(load_one)(element, rows + (row + i) * bytes + j * size) : 0;
}

INLINE void NAME(pack_columns)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count,
                               ptrdiff_t k, ptrdiff_t width, float *panels) {
  const ptrdiff_t size = NAME(width)(element), bytes = ld * size;
  const char *rows = source;
  ptrdiff_t column = 0;
  for (; column + width <= count; column += width) {
    float *panel = panels + column * k;
    for (ptrdiff_t j = 0; j < k; j++) {
      const char *first = rows + j * bytes + column * size;
      ptrdiff_t i = 0;
      for (; i + 8 <= width; i += 8)
        *(NAME(eight) *)(panel + j * width + i) = NAME(load_eight)(element, first + i * size);
      for (; i < width; i++) panel[j * width + i] = NAME(load_one)(element, first + i * size);
    }
  }
  if (column == count) return;
  float *panel = panels + column * k;
  for (ptrdiff_t j = 0; j < k; j++)
    for (ptrdiff_t i = 0; i < width; i++)
      panel[j * width + i] =
          column + i < count ? NAME(load_one)(element, rows + j * bytes + (column + i) * size) : 0;
}

// The element type is resolved once per call, so that each loop is compiled for its own.
#define FOR_EACH_ELEMENT(call)                                                                     \
  if (element == SPIN_F32) {                                                                       \
    call(SPIN_F32);                                                                                \
  } else if (element == SPIN_BF16) {                                                               \
    call(SPIN_BF16);                                                                               \
  } else {                                                                                         \
    call(SPIN_F16);                                                                                \
  }

static void NAME(pack_rows_a)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count,
                              ptrdiff_t k, float *panels) {
#define CALL(type) NAME(pack_rows)(type, source, ld, count, k, TILE_ROWS, GROUP_A, panels)
  FOR_EACH_ELEMENT(CALL)
#undef CALL
}

static void NAME(pack_rows_b)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count,
                              ptrdiff_t k, float *panels) {
#define CALL(type) NAME(pack_rows)(type, source, ld, count, k, TILE_COLUMNS, GROUP_B, panels)
  FOR_EACH_ELEMENT(CALL)
#undef CALL
}

static void NAME(pack_columns_a)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count,
                                 ptrdiff_t k, float *panels) {
#define CALL(type) NAME(pack_columns)(type, source, ld, count, k, TILE_ROWS, panels)
  FOR_EACH_ELEMENT(CALL)
#undef CALL
}

static void NAME(pack_columns_b)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count,
                                 ptrdiff_t k, float *panels) {
#define CALL(type) NAME(pack_columns)(type, source, ld, count, k, TILE_COLUMNS, panels)
  FOR_EACH_ELEMENT(CALL)
#undef CALL
}

INLINE NAME(vector) NAME(absolute)(NAME(vector) x) { return __builtin_elementwise_abs(x); }

/// One register tile. The accumulators hold the whole sum over k, so that its absolute value can
/// be taken before anything is written.
INLINE void NAME(multiply_tile)(ptrdiff_t k, const float *restrict a, const float *restrict b,
                                float *restrict c, ptrdiff_t ld, int update) {
  NAME(vector) sum[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < TILE_ROWS; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) sum[i][v] = (NAME(vector)){0};
  // The tile of c is wanted at the end, and its rows lie far apart.
  if (update != SPIN_STORE)
#pragma clang loop unroll(full)
    for (int i = 0; i < TILE_ROWS; i++)
      for (int line = 0; line < TILE_COLUMNS; line += 16)
        __builtin_prefetch(c + i * ld + line, 1);
  for (ptrdiff_t j = 0; j < k; j++, a += TILE_ROWS, b += TILE_COLUMNS) {
#if LANES == 16
    // From the third-level cache the hardware prefetcher alone comes too late (measured: +12%).
    __builtin_prefetch(b + 16 * TILE_COLUMNS);
    __builtin_prefetch(b + 16 * TILE_COLUMNS + 16);
    __builtin_prefetch(a + 24 * TILE_ROWS);
#endif
    NAME(vector) right[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) right[v] = *(const NAME(vector) *)(b + v * LANES);
#pragma clang loop unroll(full)
    for (int i = 0; i < TILE_ROWS; i++) {
      // `- 0` keeps every value and lets the load broadcast; `+ 0` would turn -0 into 0.
      const NAME(vector) left = a[i] - (NAME(vector)){0};
#pragma clang loop unroll(full)
      for (int v = 0; v < TILE_VECTORS; v++) sum[i][v] = FMA(left, right[v], sum[i][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < TILE_ROWS; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < TILE_VECTORS; v++) {
      NAME(vector) *target = (NAME(vector) *)(c + i * ld + v * LANES);
      if (update == SPIN_STORE) {
        *target = sum[i][v];
      } else if (update == SPIN_ADD) {
        *target += sum[i][v];
      } else {
        *target += NAME(absolute)(sum[i][v]);
      }
    }
}

/// A tile that hangs over the edge of c: computed whole, kept in part.
static __attribute__((noinline)) void NAME(multiply_edge)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k,
                                                          const float *a, const float *b, float *c,
                                                          ptrdiff_t ld, int update) {
  float tile[TILE_ROWS * TILE_COLUMNS];
  NAME(multiply_tile)(k, a, b, tile, TILE_COLUMNS, SPIN_STORE);
  for (ptrdiff_t i = 0; i < m; i++)
    for (ptrdiff_t j = 0; j < n; j++) {
      const float value = tile[i * TILE_COLUMNS + j];
      float *target = c + i * ld + j;
      if (update == SPIN_STORE) {
        *target = value;
      } else {
        *target += update == SPIN_ADD ? value : __builtin_fabsf(value);
      }
    }
}

/// Rows of a that stay in the second-level cache while the panels of b pass by.
#define ROW_BLOCK (240 / TILE_ROWS * TILE_ROWS)

INLINE void NAME(multiply_panels)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a,
                                  const float *b, float *c, ptrdiff_t ld, int update) {
  for (ptrdiff_t block = 0; block < m; block += ROW_BLOCK) {
    const ptrdiff_t end = block + ROW_BLOCK < m ? block + ROW_BLOCK : m;
    // A panel of b stays in the first-level cache while the panels of the block pass by.
    for (ptrdiff_t j = 0; j < n; j += TILE_COLUMNS)
      for (ptrdiff_t i = block; i < end; i += TILE_ROWS) {
        float *tile = c + i * ld + j;
        if (i + TILE_ROWS <= m && j + TILE_COLUMNS <= n) {
          NAME(multiply_tile)(k, a + i * k, b + j * k, tile, ld, update);
        } else {
          NAME(multiply_edge)(m - i < TILE_ROWS ? m - i : TILE_ROWS,
                              n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS, k, a + i * k, b + j * k,
                              tile, ld, update);
        }
      }
  }
}
#undef ROW_BLOCK

static void NAME(multiply)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, const float *b,
                           float *c, ptrdiff_t ld, int update) {
  if (update == SPIN_STORE) {
    NAME(multiply_panels)(m, n, k, a, b, c, ld, SPIN_STORE);
  } else if (update == SPIN_ADD) {
    NAME(multiply_panels)(m, n, k, a, b, c, ld, SPIN_ADD);
  } else {
    NAME(multiply_panels)(m, n, k, a, b, c, ld, SPIN_ADD_ABS);
  }
}

static float NAME(register_products)(ptrdiff_t rounds, float left, float right) {
  NAME(vector) sum[TILE_ROWS][TILE_VECTORS];
  for (int i = 0; i < TILE_ROWS; i++)
    for (int v = 0; v < TILE_VECTORS; v++) sum[i][v] = (NAME(vector)){0} + (float)(i + v);
  const NAME(vector) a = (NAME(vector)){0} + left, b = (NAME(vector)){0} + right;
  for (ptrdiff_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < TILE_ROWS; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < TILE_VECTORS; v++) sum[i][v] = FMA(sum[i][v], a, b);
  }
  NAME(vector) total = {0};
  for (int i = 0; i < TILE_ROWS; i++)
    for (int v = 0; v < TILE_VECTORS; v++) total += sum[i][v];
  return total[0];
}
