// SPDX-License-Identifier: Apache-2.0
//
// The checksum of zip archives (polynomial 0x04C11DB7, reflected).
//
// A table for each of sixteen positions holds what a byte there does to the remainder sixteen bytes on ("slicing",
// Kounavis and Berry 2008). Where x86-64 has carry-less products, sixty-four bytes are folded at a time (Gopal et al.,
// Intel 2009): 1.6 against some 10 GB/s, so that checking an archive costs little beside reading it.

#include "CDigest.h"

#include <pthread.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint32_t tables[16][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
  for (uint32_t value = 0; value < 256; value++) {
    uint32_t word = value;
    for (int bit = 0; bit < 8; bit++) word = word & 1 ? word >> 1 ^ 0xEDB88320u : word >> 1;
    tables[0][value] = word;
  }
  for (int position = 1; position < 16; position++) {
    for (int value = 0; value < 256; value++) {
      uint32_t before = tables[position - 1][value];
      tables[position][value] = before >> 8 ^ tables[0][before & 0xFF];
    }
  }
}

static inline uint32_t little_endian(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/// What four bytes do to the remainder, the last of which is `last` bytes before the end of a step.
static inline uint32_t slice(uint32_t word, int last) {
  return tables[last + 3][word & 0xFF] ^ tables[last + 2][word >> 8 & 0xFF] ^
         tables[last + 1][word >> 16 & 0xFF] ^ tables[last][word >> 24];
}

/// Adds bytes to a remainder.
static uint32_t slice_all(uint32_t rest, const uint8_t *bytes, size_t count) {
  for (; count >= 16; count -= 16, bytes += 16) {
    rest = slice(rest ^ little_endian(bytes), 12) ^ slice(little_endian(bytes + 4), 8) ^
           slice(little_endian(bytes + 8), 4) ^ slice(little_endian(bytes + 12), 0);
  }
  for (; count > 0; count--) rest = rest >> 8 ^ tables[0][(rest ^ *bytes++) & 0xFF];
  return rest;
}

uint32_t spin_crc32_portable(uint32_t checksum, const uint8_t *bytes, size_t count) {
  pthread_once(&once, make_tables);
  return ~slice_all(~checksum, bytes, count);
}

#if defined(__x86_64__)

/// A remainder moved on by the distance that the two factors stand for, with the bytes there added.
__attribute__((target("pclmul"))) static inline __m128i fold(__m128i rest, __m128i factors,
                                                             __m128i bytes) {
  __m128i low = _mm_clmulepi64_si128(rest, factors, 0x00);
  __m128i high = _mm_clmulepi64_si128(rest, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), bytes);
}

/// Adds a whole number of 16 bytes, at least 64, to a remainder.
__attribute__((target("pclmul"))) static uint32_t fold_all(uint32_t rest, const uint8_t *bytes,
                                                           size_t count) {
  // x to the powers 4 * 128 +- 32 and 128 +- 32 modulo the polynomial, reflected.
  const __m128i by_64_bytes = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by_16_bytes = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  const __m128i *next = (const __m128i *)bytes;
  __m128i lanes[4];
  for (int lane = 0; lane < 4; lane++) lanes[lane] = _mm_loadu_si128(next++);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)rest));
  for (count -= 64; count >= 64; count -= 64) {
    for (int lane = 0; lane < 4; lane++) {
      lanes[lane] = fold(lanes[lane], by_64_bytes, _mm_loadu_si128(next++));
    }
  }
  __m128i whole = lanes[0];
  for (int lane = 1; lane < 4; lane++) whole = fold(whole, by_16_bytes, lanes[lane]);
  for (; count >= 16; count -= 16) whole = fold(whole, by_16_bytes, _mm_loadu_si128(next++));
  uint8_t last[16];
  _mm_storeu_si128((__m128i *)last, whole);
  return slice_all(0, last, sizeof last);
}

uint32_t spin_crc32(uint32_t checksum, const uint8_t *bytes, size_t count) {
  if (count < 64 || !__builtin_cpu_supports("pclmul")) {
    return spin_crc32_portable(checksum, bytes, count);
  }
  pthread_once(&once, make_tables);
  size_t whole = count / 16 * 16;
  uint32_t rest = fold_all(~checksum, bytes, whole);
  return ~slice_all(rest, bytes + whole, count - whole);
}

#else

uint32_t spin_crc32(uint32_t checksum, const uint8_t *bytes, size_t count) {
  return spin_crc32_portable(checksum, bytes, count);
}

#endif
