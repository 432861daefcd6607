// SPDX-License-Identifier: Apache-2.0
//
// What only training needs: gradients of vectors, and the step of the optimizer.

typedef double NAME(wide_doubles) __attribute__((vector_size(128)));

/// Vectors of columns that are summed together: whole cache lines, and enough chains to hide the
/// latency of a multiply-add.
#define COLUMN_VECTORS 4

INLINE void NAME(add_column_sums_of)(int scaled, const float *dy, ptrdiff_t lddy, const float *x,
                                     ptrdiff_t ldx, const float *r, ptrdiff_t rows,
                                     ptrdiff_t columns, float *result) {
  for (ptrdiff_t j = 0; j < columns; j += WIDE * COLUMN_VECTORS) {
    NAME(wide) sums[COLUMN_VECTORS];
    for (int v = 0; v < COLUMN_VECTORS; v++) sums[v] = (NAME(wide)){0};
    const int whole = columns - j >= WIDE * COLUMN_VECTORS;
    for (ptrdiff_t t = 0; t < rows; t++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < COLUMN_VECTORS; v++) {
        const ptrdiff_t at = j + v * WIDE, left = whole ? WIDE : columns - at;
        if (left <= 0) continue;
        const NAME(wide) gradient = NAME(load_wide)(dy + t * lddy + at, left, 0);
        if (scaled) {
          sums[v] = FMA(gradient, NAME(load_wide)(x + t * ldx + at, left, 0) * r[t], sums[v]);
        } else {
          sums[v] += gradient;
        }
      }
    }
    for (int v = 0; v < COLUMN_VECTORS; v++) {
      const ptrdiff_t at = j + v * WIDE, left = columns - at;
      if (left > 0)
        NAME(store_wide)(result + at, left, NAME(load_wide)(result + at, left, 0) + sums[v]);
    }
  }
}

static void NAME(add_column_sums)(const float *dy, ptrdiff_t lddy, ptrdiff_t rows,
                                  ptrdiff_t columns, float *result) {
  NAME(add_column_sums_of)(0, dy, lddy, dy, lddy, dy, rows, columns, result);
}

static void NAME(add_gain_gradient)(const float *dy, ptrdiff_t lddy, const float *x, ptrdiff_t ldx,
                                    const float *r, ptrdiff_t rows, ptrdiff_t columns,
                                    float *result) {
  NAME(add_column_sums_of)(1, dy, lddy, x, ldx, r, rows, columns, result);
}

static float NAME(inverse_rms_of_row)(const float *x, float epsilon, ptrdiff_t count) {
  return NAME(inverse_rms)(x, epsilon, count);
}

static double NAME(sum_of_squares)(const float *x, ptrdiff_t count) {
  NAME(wide_doubles) sums = {0};
  for (ptrdiff_t i = 0; i < count; i += WIDE) {
    const NAME(wide_doubles) value =
        __builtin_convertvector(NAME(load_wide)(x + i, count - i, 0), NAME(wide_doubles));
    sums = FMA(value, value, sums);
  }
  double total[WIDE];
  for (int i = 0; i < WIDE; i++) total[i] = sums[i];
  for (int width = WIDE / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) total[i] += total[i + width];
  return total[0];
}

static void NAME(adamw)(float *value, float *gradient, float *mean, float *square, ptrdiff_t count,
                        const spin_adamw *s) {
  const NAME(wide) scale = NAME(wide_of)(s->gradient_scale), keep = NAME(wide_of)(s->value_keep);
  const NAME(wide) mean_rate = NAME(wide_of)(s->mean_rate);
  const NAME(wide) square_keep = NAME(wide_of)(s->square_keep);
  const NAME(wide) square_rate = NAME(wide_of)(s->square_rate);
  const NAME(wide) step = NAME(wide_of)(-s->step_size), root = NAME(wide_of)(s->root_correction);
  const NAME(wide) epsilon = NAME(wide_of)(s->epsilon);
  for (ptrdiff_t i = 0; i < count; i += WIDE) {
    const ptrdiff_t left = count - i;
    const NAME(wide) g = NAME(load_wide)(gradient + i, left, 0) * scale;
    const NAME(wide) before = NAME(load_wide)(mean + i, left, 0);
    const NAME(wide) m = FMA(mean_rate, g - before, before);
    const NAME(wide) v =
        FMA(square_rate * g, g, NAME(load_wide)(square + i, left, 0) * square_keep);
    const NAME(wide) denominator = __builtin_elementwise_sqrt(v) / root + epsilon;
    const NAME(wide) p = NAME(load_wide)(value + i, left, 0) * keep;
    NAME(store_wide)(value + i, left, p + step * m / denominator);
    NAME(store_wide)(mean + i, left, m);
    NAME(store_wide)(square + i, left, v);
    NAME(store_wide)(gradient + i, left, (NAME(wide)){0});
  }
}
#undef COLUMN_VECTORS
