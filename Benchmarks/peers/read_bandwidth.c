// SPDX-License-Identifier: Apache-2.0
//
// The rate at which threads read memory: sums of 32-bit words over a buffer far larger than any
// cache, several streams a thread, each requested ahead into the second-level cache: the ceiling,
// which plain loads miss where the processor's own prefetching does. Prints GB/s, the best of the
// rounds.
//
//     cc -O3 -march=native -pthread read_bandwidth.c -o read_bandwidth
//     ./read_bandwidth THREADS MEGABYTES ROUNDS

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// With eight streams, 16 KB ahead, most was read; half of it where all lie a power of two apart.
enum { STREAMS = 8, AHEAD = 4096, ODD = 17424, MOST_THREADS = 256 };

typedef struct {
  const uint32_t *words;
  size_t count;
  uint32_t sum;
} part;

static void *read_part(void *argument) {
  part *p = argument;
  // Not a power of two apart, where streams would meet in the same sets of the caches.
  const size_t length = p->count / STREAMS - ODD;
  uint32_t sums[STREAMS][16] = {{0}};
  for (size_t i = 0; i + 16 <= length; i += 16) {
    for (int s = 0; s < STREAMS; s++)
      __builtin_prefetch(p->words + s * length + i + AHEAD, 0, 2);
    for (int s = 0; s < STREAMS; s++)
      for (int lane = 0; lane < 16; lane++) sums[s][lane] += p->words[s * length + i + lane];
  }
  p->sum = 0;
  for (int s = 0; s < STREAMS; s++)
    for (int lane = 0; lane < 16; lane++) p->sum += sums[s][lane];
  return NULL;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 4) return fprintf(stderr, "usage: THREADS MEGABYTES ROUNDS\n"), 64;
  const int threads = atoi(arguments[1]), rounds = atoi(arguments[3]);
  const size_t words = (size_t)atoi(arguments[2]) * (1 << 20) / 4;
  uint32_t *buffer = malloc(words * 4);
  if (!buffer || threads < 1 || threads > MOST_THREADS || rounds < 1 ||
      words / threads / STREAMS < 2 * ODD)
    return 1;
  memset(buffer, 1, words * 4);  // touched: untouched pages would all be the same zeros
  part parts[MOST_THREADS];
  pthread_t others[MOST_THREADS];
  double best = 0;
  uint32_t total = 0;
  for (int round = 0; round < rounds; round++) {
    const double begin = now();
    for (int t = 0; t < threads; t++) {
      parts[t] = (part){buffer + words / threads * t, words / threads, 0};
      if (t > 0 && pthread_create(&others[t], NULL, read_part, &parts[t])) return 1;
    }
    read_part(&parts[0]);
    for (int t = 1; t < threads; t++) pthread_join(others[t], NULL);
    const double rate = 4e-9 * words / (now() - begin);
    for (int t = 0; t < threads; t++) total += parts[t].sum;
    if (rate > best) best = rate;
  }
  printf("%.2f\n", best);
  fprintf(stderr, "sum %u\n", total);
  free(buffer);
  return 0;
}
