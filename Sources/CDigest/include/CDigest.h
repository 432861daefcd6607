// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 (FIPS 180-4), with the processor's SHA instructions where it has them; SHA-1, by which git names
// the files of a repository; and the CRC-32 of zip archives.

#ifndef CDIGEST_H
#define CDIGEST_H

#include <stddef.h>
#include <stdint.h>

/// The eight words of the state before the first block (FIPS 180-4, 5.3.3).
void spin_sha256_start(uint32_t state[8]);

/// Adds whole blocks of 64 bytes to a state.
void spin_sha256_blocks(uint32_t state[8], const uint8_t *bytes, size_t block_count);

/// The same in portable C, whatever the processor can do; the witness of the tests.
void spin_sha256_blocks_portable(uint32_t state[8], const uint8_t *bytes, size_t block_count);

/// Whether `spin_sha256_blocks` uses instructions for SHA-256.
int spin_sha256_is_accelerated(void);

/// The five words of the state of SHA-1 before the first block (FIPS 180-4, 5.3.1).
void spin_sha1_start(uint32_t state[5]);

/// Adds whole blocks of 64 bytes to a state of SHA-1.
void spin_sha1_blocks(uint32_t state[5], const uint8_t *bytes, size_t block_count);

/// The CRC-32 of zip archives of bytes that follow others with the given checksum, 0 where none do.
uint32_t spin_crc32(uint32_t checksum, const uint8_t *bytes, size_t count);

/// The same in portable C, whatever the processor can do; the witness of the tests.
uint32_t spin_crc32_portable(uint32_t checksum, const uint8_t *bytes, size_t count);

#endif
