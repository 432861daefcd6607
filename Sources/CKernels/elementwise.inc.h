// SPDX-License-Identifier: Apache-2.0
//
// Everything that is not a matrix product. All sums run over sixteen interleaved partial sums,
// which are then added in a fixed tree, whatever the width of the registers.

typedef float NAME(wide) __attribute__((vector_size(64), aligned(4)));
typedef int32_t NAME(wide_integers) __attribute__((vector_size(64)));
#define WIDE 16

/// The first `count` of sixteen floats; the rest is `fill`.
INLINE NAME(wide) NAME(load_wide)(const float *source, ptrdiff_t count, float fill) {
  if (count >= WIDE) return *(const NAME(wide) *)source;
  float values[WIDE];
  for (int i = 0; i < WIDE; i++) values[i] = i < count ? source[i] : fill;
  return *(NAME(wide) *)values;
}

INLINE void NAME(store_wide)(float *target, ptrdiff_t count, NAME(wide) value) {
  if (count >= WIDE) {
    *(NAME(wide) *)target = value;
  } else {
    for (int i = 0; i < WIDE; i++)
      if (i < count) target[i] = value[i];
  }
}

INLINE float NAME(sum_lanes)(NAME(wide) x) {
  NAME(eight) a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                  __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  NAME(four) b =
      __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

INLINE float NAME(max_lanes)(NAME(wide) x) {
  float result = x[0];
  for (int i = 1; i < WIDE; i++) result = x[i] > result ? x[i] : result;
  return result;
}

INLINE NAME(wide) NAME(wide_of)(float x) { return x - (NAME(wide)){0}; }

/// e^x within 1.2 units in the last place; 0 below -87.33, infinity above 88.72.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor polynomial of degree 7 (remainder below
/// 2^-29 there), and 2^n by adding to the exponent, in two halves so that neither overflows.
INLINE NAME(wide) NAME(exponential)(NAME(wide) x) {
  const NAME(wide) low = NAME(wide_of)(-87.33654f), high = NAME(wide_of)(88.72284f);
  const NAME(wide_integers) below = x < low, above = x > high;
  const NAME(wide) bounded = __builtin_elementwise_min(__builtin_elementwise_max(x, low), high);
  const NAME(wide) shift = NAME(wide_of)(0x1.8p23f);  // 1.5 * 2^23: rounds to an integer
  const NAME(wide) shifted = FMA(bounded, NAME(wide_of)(0x1.715476p+0f), shift);
  const NAME(wide) n = shifted - shift;
  NAME(wide) r = FMA(n, NAME(wide_of)(-0x1.62e400p-1f), bounded);  // ln 2, upper bits
  r = FMA(n, NAME(wide_of)(-0x1.7f7d1cp-20f), r);                  // and the rest
  NAME(wide) p = NAME(wide_of)(0x1.a01a02p-13f);                   // 1/7!
  p = FMA(p, r, NAME(wide_of)(0x1.6c16c2p-10f));                   // 1/6!
  p = FMA(p, r, NAME(wide_of)(0x1.111112p-7f));
  p = FMA(p, r, NAME(wide_of)(0x1.555556p-5f));
  p = FMA(p, r, NAME(wide_of)(0x1.555556p-3f));
  p = FMA(p, r, NAME(wide_of)(0.5f));
  p = FMA(p, r, NAME(wide_of)(1.0f));
  p = FMA(p, r, NAME(wide_of)(1.0f));
  const NAME(wide_integers) exponent = __builtin_convertvector(n, NAME(wide_integers));
  const NAME(wide_integers) half = exponent >> 1;
  const NAME(wide) first = (NAME(wide))((half + 127) << 23);
  const NAME(wide) second = (NAME(wide))((exponent - half + 127) << 23);
  const NAME(wide_integers) result = (NAME(wide_integers))(p * first * second);
  const NAME(wide_integers) infinity = (NAME(wide_integers))(NAME(wide_of)(__builtin_inff()));
  const NAME(wide_integers) finite = (result & ~below & ~above) | (infinity & above);
  // A NaN compares false with both bounds, and min/max drop it: give it back.
  const NAME(wide_integers) unordered = x != x;
  return (NAME(wide))((finite & ~unordered) | ((NAME(wide_integers))x & unordered));
}

static void NAME(widen)(int element, const void *source, ptrdiff_t count, float *result) {
  const char *bytes = source;
  const ptrdiff_t size = NAME(width)(element);
  ptrdiff_t i = 0;
  for (; i + 8 <= count; i += 8)
    *(NAME(eight) *)(result + i) = NAME(load_eight)(element, bytes + i * size);
  for (; i < count; i++) result[i] = NAME(load_one)(element, bytes + i * size);
}

INLINE void NAME(importance_of)(int element, const char *weight, const float *gradient,
                                ptrdiff_t count, float *result) {
  const ptrdiff_t size = NAME(width)(element);
  ptrdiff_t i = 0;
  for (; i + 8 <= count; i += 8)
    *(NAME(eight) *)(result + i) =
        __builtin_elementwise_abs(NAME(load_eight)(element, weight + i * size)) *
        *(const NAME(eight) *)(gradient + i);
  for (; i < count; i++)
    result[i] = __builtin_fabsf(NAME(load_one)(element, weight + i * size)) * gradient[i];
}

static void NAME(importance)(int element, const void *weight, const float *gradient,
                             ptrdiff_t count, float *result) {
#define CALL(type) NAME(importance_of)(type, weight, gradient, count, result)
  FOR_EACH_ELEMENT(CALL)
#undef CALL
}

static void NAME(add)(const float *a, const float *b, ptrdiff_t count, float *result) {
  for (ptrdiff_t i = 0; i < count; i++) result[i] = a[i] + b[i];
}

/// 1 / sqrt(mean(x^2) + epsilon)
INLINE float NAME(inverse_rms)(const float *x, float epsilon, ptrdiff_t count) {
  NAME(wide) squares = {0};
  for (ptrdiff_t i = 0; i < count; i += WIDE) {
    const NAME(wide) value = NAME(load_wide)(x + i, count - i, 0);
    squares = FMA(value, value, squares);
  }
  return 1.0f / __builtin_sqrtf(NAME(sum_lanes)(squares) / (float)count + epsilon);
}

static void NAME(rms_norm)(const float *x, const float *gain, float epsilon, ptrdiff_t count,
                           float *y) {
  const NAME(wide) r = NAME(wide_of)(NAME(inverse_rms)(x, epsilon, count));
  for (ptrdiff_t i = 0; i < count; i += WIDE) {
    const ptrdiff_t left = count - i;
    NAME(store_wide)(y + i, left,
                     NAME(load_wide)(x + i, left, 0) * r * NAME(load_wide)(gain + i, left, 0));
  }
}

static void NAME(rms_norm_gradient)(const float *x, const float *gain, const float *dy,
                                    const float *base, float epsilon, ptrdiff_t count, float *dx) {
  const float r = NAME(inverse_rms)(x, epsilon, count);
  NAME(wide) products = {0};
  for (ptrdiff_t i = 0; i < count; i += WIDE) {
    const ptrdiff_t left = count - i;
    products = FMA(NAME(load_wide)(dy + i, left, 0) * NAME(load_wide)(gain + i, left, 0),
                   NAME(load_wide)(x + i, left, 0), products);
  }
  const float mean = NAME(sum_lanes)(products) / (float)count;
  const NAME(wide) scale = NAME(wide_of)(r), pull = NAME(wide_of)(-(r * r * mean));
  for (ptrdiff_t i = 0; i < count; i += WIDE) {
    const ptrdiff_t left = count - i;
    const NAME(wide) direct = NAME(load_wide)(dy + i, left, 0) * NAME(load_wide)(gain + i, left, 0);
    const NAME(wide) inner = FMA(NAME(load_wide)(x + i, left, 0), pull, direct);
    NAME(store_wide)(dx + i, left, FMA(scale, inner, NAME(load_wide)(base + i, left, 0)));
  }
}

static void NAME(rotate)(float *head, const float *cosine, const float *sine, float direction,
                         ptrdiff_t half) {
  for (ptrdiff_t i = 0; i < half; i += WIDE) {
    const ptrdiff_t left = half - i;
    const NAME(wide) u = NAME(load_wide)(head + i, left, 0);
    const NAME(wide) v = NAME(load_wide)(head + half + i, left, 0);
    const NAME(wide) c = NAME(load_wide)(cosine + i, left, 0);
    const NAME(wide) s = NAME(load_wide)(sine + i, left, 0) * direction;
    NAME(store_wide)(head + i, left, FMA(u, c, -(v * s)));
    NAME(store_wide)(head + half + i, left, FMA(v, c, u * s));
  }
}

INLINE NAME(wide) NAME(sigmoid)(NAME(wide) x) {
  const NAME(wide) one = NAME(wide_of)(1);
  return one / (one + NAME(exponential)(-x));
}

static void NAME(swiglu)(const float *gate, const float *up, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i += WIDE) {
    const ptrdiff_t left = count - i;
    const NAME(wide) g = NAME(load_wide)(gate + i, left, 0);
    NAME(store_wide)(y + i, left, g * NAME(sigmoid)(g) * NAME(load_wide)(up + i, left, 0));
  }
}

static void NAME(swiglu_gradient)(const float *gate, const float *up, const float *dy,
                                  ptrdiff_t count, float *dgate, float *dup) {
  const NAME(wide) one = NAME(wide_of)(1);
  for (ptrdiff_t i = 0; i < count; i += WIDE) {
    const ptrdiff_t left = count - i;
    const NAME(wide) g = NAME(load_wide)(gate + i, left, 0), u = NAME(load_wide)(up + i, left, 0);
    const NAME(wide) d = NAME(load_wide)(dy + i, left, 0), s = NAME(sigmoid)(g);
    // d/dg (g s) = s (1 + g (1 - s))
    NAME(store_wide)(dgate + i, left, d * u * s * FMA(g, one - s, one));
    NAME(store_wide)(dup + i, left, d * g * s);
  }
}

static void NAME(softmax)(float *row, float scale, ptrdiff_t low, ptrdiff_t high, ptrdiff_t count) {
  for (ptrdiff_t j = 0; j < low; j++) row[j] = 0;
  for (ptrdiff_t j = high; j < count; j++) row[j] = 0;
  float *valid = row + low;
  const ptrdiff_t length = high - low;
  const float lowest = -__builtin_inff();
  NAME(wide) largest = NAME(wide_of)(lowest);
  for (ptrdiff_t j = 0; j < length; j += WIDE)
    largest = __builtin_elementwise_max(
        largest, NAME(load_wide)(valid + j, length - j, lowest) * NAME(wide_of)(scale));
  const NAME(wide) max = NAME(wide_of)(NAME(max_lanes)(largest));
  NAME(wide) sums = {0};
  for (ptrdiff_t j = 0; j < length; j += WIDE) {
    const ptrdiff_t left = length - j;
    const NAME(wide) scaled = NAME(load_wide)(valid + j, left, lowest) * NAME(wide_of)(scale);
    const NAME(wide) e = NAME(exponential)(scaled - max);
    NAME(store_wide)(valid + j, left, e);
    sums += e;
  }
  const NAME(wide) inverse = NAME(wide_of)(1.0f / NAME(sum_lanes)(sums));
  for (ptrdiff_t j = 0; j < length; j += WIDE) {
    const ptrdiff_t left = length - j;
    NAME(store_wide)(valid + j, left, NAME(load_wide)(valid + j, left, 0) * inverse);
  }
}

static void NAME(softmax_gradient)(const float *p, float *dp, float scale, ptrdiff_t count) {
  NAME(wide) products = {0};
  for (ptrdiff_t j = 0; j < count; j += WIDE)
    products = FMA(NAME(load_wide)(p + j, count - j, 0), NAME(load_wide)(dp + j, count - j, 0),
                   products);
  const NAME(wide) sum = NAME(wide_of)(NAME(sum_lanes)(products)), factor = NAME(wide_of)(scale);
  for (ptrdiff_t j = 0; j < count; j += WIDE) {
    const ptrdiff_t left = count - j;
    NAME(store_wide)(dp + j, left,
                     factor * NAME(load_wide)(p + j, left, 0) *
                         (NAME(load_wide)(dp + j, left, 0) - sum));
  }
}

/// Logits whose exponentials are added in Float32 before the sum goes on in double precision.
#define EXPONENTIAL_BLOCK 1024

static double NAME(exponential_sum)(const float *row, ptrdiff_t count, float *max) {
  const float lowest = -__builtin_inff();
  NAME(wide) largest = NAME(wide_of)(lowest);
  for (ptrdiff_t j = 0; j < count; j += WIDE)
    largest = __builtin_elementwise_max(largest, NAME(load_wide)(row + j, count - j, lowest));
  *max = NAME(max_lanes)(largest);
  const NAME(wide) top = NAME(wide_of)(*max);
  double total = 0;
  for (ptrdiff_t start = 0; start < count; start += EXPONENTIAL_BLOCK) {
    const ptrdiff_t end = start + EXPONENTIAL_BLOCK < count ? start + EXPONENTIAL_BLOCK : count;
    NAME(wide) sums = {0};
    for (ptrdiff_t j = start; j < end; j += WIDE)
      sums += NAME(exponential)(NAME(load_wide)(row + j, end - j, lowest) - top);
    total += NAME(sum_lanes)(sums);
  }
  return total;
}
#undef EXPONENTIAL_BLOCK

static void NAME(cross_entropy_gradient)(float *row, ptrdiff_t count, ptrdiff_t target, float max,
                                         double sum, float weight) {
  const NAME(wide) top = NAME(wide_of)(max), factor = NAME(wide_of)((float)(weight / sum));
  for (ptrdiff_t j = 0; j < count; j += WIDE) {
    const ptrdiff_t left = count - j;
    NAME(store_wide)(row + j, left,
                     NAME(exponential)(NAME(load_wide)(row + j, left, 0) - top) * factor);
  }
  row[target] -= weight;
}
