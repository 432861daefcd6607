// SPDX-License-Identifier: Apache-2.0
//
// SHA-1 as FIPS 180-4 defines it. Git names its objects by it, so small files of the Hugging Face Hub are checked
// with it; it keeps nobody out who can make collisions.

#include "CDigest.h"
#include <string.h>

void spin_sha1_start(uint32_t state[5]) {
  static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  memcpy(state, start, sizeof start);
}

static inline uint32_t rotate_left(uint32_t word, int count) {
  return word << count | word >> (32 - count);
}

void spin_sha1_blocks(uint32_t state[5], const uint8_t *bytes, size_t block_count) {
  for (; block_count > 0; block_count--, bytes += 64) {
    uint32_t schedule[80];
    for (int t = 0; t < 16; t++) {
      const uint8_t *word = bytes + 4 * t;
      schedule[t] = (uint32_t)word[0] << 24 | (uint32_t)word[1] << 16 | (uint32_t)word[2] << 8 | word[3];
    }
    for (int t = 16; t < 80; t++) {
      schedule[t] =
          rotate_left(schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int t = 0; t < 80; t++) {
      // FIPS 180-4, 4.1.1 and 4.2.1: choice, parity, majority, parity; a quarter of the steps each.
      uint32_t mixed, constant;
      if (t < 20) {
        mixed = (b & c) ^ (~b & d), constant = 0x5a827999;
      } else if (t < 40) {
        mixed = b ^ c ^ d, constant = 0x6ed9eba1;
      } else if (t < 60) {
        mixed = (b & c) ^ (b & d) ^ (c & d), constant = 0x8f1bbcdc;
      } else {
        mixed = b ^ c ^ d, constant = 0xca62c1d6;
      }
      uint32_t next = rotate_left(a, 5) + mixed + e + constant + schedule[t];
      e = d, d = c, c = rotate_left(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
}
