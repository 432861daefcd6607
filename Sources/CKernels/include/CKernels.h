// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic that decides SPIN's speed: one portable source, compiled once per instruction set.
//
// No function here allocates, locks or performs I/O. Matrices are row-major Float32; `ld` is the
// distance between rows in elements. Every function states the order of its sums, because that
// order is part of the result: it depends on shapes alone, never on threads, tiles or instruction
// sets. With hardware FMA (x86-64 with AVX2 or AVX-512, arm64) all variants give the same bits;
// the baseline for processors without it rounds products separately and differs in the last place.

#ifndef SPIN_CKERNELS_H
#define SPIN_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Tells the processor that a loop waits for another thread.
static inline void spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/// How the elements of a weight are stored. The values are part of the ABI with Swift.
enum spin_element { SPIN_F32 = 0, SPIN_F16 = 1, SPIN_BF16 = 2 };

/// What a product does to the tile that it ends in.
enum spin_update {
  SPIN_STORE = 0,   ///< c = p
  SPIN_ADD = 1,     ///< c += p
  SPIN_ADD_ABS = 2  ///< c += |p|
};

/// The numbers of one AdamW step, each rounded once from double precision.
typedef struct spin_adamw {
  float gradient_scale;   ///< What clipping multiplies gradients by.
  float value_keep;       ///< 1 - learning rate * weight decay
  float mean_rate;        ///< 1 - beta1
  float square_keep;      ///< beta2
  float square_rate;      ///< 1 - beta2
  float step_size;        ///< learning rate / (1 - beta1^t)
  float root_correction;  ///< sqrt(1 - beta2^t)
  float epsilon;
} spin_adamw;

/// The kernels of one instruction set.
typedef struct spin_kernels {
  const char *name;
  /// What decides the bits of a result: sets that give the same bits have the same name here.
  const char *arithmetic;
  /// The register tile: `tile_rows` x `tile_columns` outputs at a time.
  ptrdiff_t tile_rows, tile_columns;

  /// Packs `count` rows of k elements as panels of `tile_rows` (a) or `tile_columns` (b) rows, each
  /// panel transposed to [k][panel]; the last panel is padded with zeros.
  void (*pack_rows_a)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count, ptrdiff_t k,
                      float *panels);
  void (*pack_rows_b)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count, ptrdiff_t k,
                      float *panels);
  /// The same panels from the transposed source: k rows of `count` elements.
  void (*pack_columns_a)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count,
                         ptrdiff_t k, float *panels);
  void (*pack_columns_b)(int element, const void *source, ptrdiff_t ld, ptrdiff_t count,
                         ptrdiff_t k, float *panels);

  /// c[m, n] (update)= a^T b, with a as panels [m / tile_rows][k][tile_rows] and b as panels
  /// [n / tile_columns][k][tile_columns].
  ///
  /// Each product is one chain of fused multiply-adds in increasing k.
  void (*multiply)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, const float *b, float *c,
                   ptrdiff_t ld, int update);

  /// Fused multiply-adds on registers alone, `rounds` times one step of the register tile: the rate
  /// that no product can exceed. Only benchmarks call it.
  float (*register_products)(ptrdiff_t rounds, float left, float right);

  /// Widens `count` elements to Float32; exact.
  void (*widen)(int element, const void *source, ptrdiff_t count, float *result);

  /// result = |weight| * gradient, element by element: the importance of each weight.
  void (*importance)(int element, const void *weight, const float *gradient, ptrdiff_t count,
                     float *result);

  /// result = a + b.
  void (*add)(const float *a, const float *b, ptrdiff_t count, float *result);

  /// One row of RMS normalization: y = x * r * gain with r = 1 / sqrt(mean(x^2) + epsilon).
  void (*rms_norm)(const float *x, const float *gain, float epsilon, ptrdiff_t count, float *y);

  /// One row of its input gradient, added to `base` (may be `dx` itself):
  /// dx = base + r * (dy * gain - x * r^2 * mean(dy * gain * x)).
  void (*rms_norm_gradient)(const float *x, const float *gain, const float *dy, const float *base,
                            float epsilon, ptrdiff_t count, float *dx);

  /// Rotates the two halves of one head by the angles whose cosines and sines are given:
  /// (u, v) becomes (u cos - v sin, v cos + u sin). `direction` -1 rotates back.
  void (*rotate)(float *head, const float *cosine, const float *sine, float direction,
                 ptrdiff_t half);

  /// y = gate * sigmoid(gate) * up.
  void (*swiglu)(const float *gate, const float *up, ptrdiff_t count, float *y);
  /// The gradients of the above; each may overwrite its argument.
  void (*swiglu_gradient)(const float *gate, const float *up, const float *dy, ptrdiff_t count,
                          float *dgate, float *dup);

  /// In place: row[j] = exp(scale * row[j] - max) / sum for j in [low, high), 0 elsewhere in
  /// [0, count).
  void (*softmax)(float *row, float scale, ptrdiff_t low, ptrdiff_t high, ptrdiff_t count);
  /// In place: dp[j] = scale * p[j] * (dp[j] - sum over i of p[i] * dp[i]).
  void (*softmax_gradient)(const float *p, float *dp, float scale, ptrdiff_t count);

  /// The logarithm's argument of one row's normalizer: returns sum of exp(row - max), sets max.
  double (*exponential_sum)(const float *row, ptrdiff_t count, float *max);
  /// In place: row[j] = (exp(row[j] - max) / sum - [j == target]) * weight.
  void (*cross_entropy_gradient)(float *row, ptrdiff_t count, ptrdiff_t target, float max,
                                 double sum, float weight);

  /// y[b, n] = sum over j of x[b, j] * weight[n, j] (+ bias[n]) for `rows` rows of a weight that is
  /// read where it lies. Sixteen partial sums, term j in partial sum j mod 16 in increasing j by
  /// fused multiply-adds, then added in a fixed tree: (s0 + s8) and so on, halving.
  void (*project)(int element, const void *weight, ptrdiff_t rows, ptrdiff_t k, const float *x,
                  ptrdiff_t ldx, ptrdiff_t batch, const float *bias, float *y, ptrdiff_t ldy);

  /// Attention of one position: output[h] = sum over j in [low, count) of p[h][j] * value[j] with
  /// p[h] = softmax of scale * query[h] . key[j], for `heads` query heads of `size` that share one
  /// key/value head. Rows of key and value lie `ld` apart; `scores` holds heads * count floats.
  void (*attend)(const float *query, ptrdiff_t heads, ptrdiff_t size, const float *key,
                 const float *value, ptrdiff_t ld, ptrdiff_t low, ptrdiff_t count, float scale,
                 float *scores, float *output);

  /// result[j] += sum over rows t of dy[t][j], one chain of additions in increasing t.
  void (*add_column_sums)(const float *dy, ptrdiff_t lddy, ptrdiff_t rows, ptrdiff_t columns,
                          float *result);
  /// result[j] += sum over rows t of dy[t][j] * (x[t][j] * r[t]), one chain of fused multiply-adds
  /// in increasing t: the gradient of the gain of RMS normalization.
  void (*add_gain_gradient)(const float *dy, ptrdiff_t lddy, const float *x, ptrdiff_t ldx,
                            const float *r, ptrdiff_t rows, ptrdiff_t columns, float *result);
  /// 1 / sqrt(mean(x^2) + epsilon), as `rms_norm` computes it.
  float (*inverse_rms)(const float *x, float epsilon, ptrdiff_t count);

  /// The sum of x^2 in double precision, over sixteen interleaved partial sums and a fixed tree.
  double (*sum_of_squares)(const float *x, ptrdiff_t count);

  /// One step of AdamW, element by element; the gradient becomes zero.
  ///
  ///     g = gradient * gradient_scale
  ///     m = m + mean_rate * (g - m);  v = v * square_keep + square_rate * g * g
  ///     value = value * value_keep - step_size * m / (sqrt(v) / root_correction + epsilon)
  void (*adamw)(float *value, float *gradient, float *mean, float *square, ptrdiff_t count,
                const spin_adamw *step);
} spin_kernels;

/// The kernel sets that this build holds, best first; `index` past the last, or one that this
/// processor cannot run, gives NULL.
const spin_kernels *spin_kernels_at(int index);

/// How many there are, runnable or not.
int spin_kernels_count(void);

#endif
