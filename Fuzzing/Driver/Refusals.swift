// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Several readers of one input: that one refuses it keeps it from none of the others.
func eachMayRefuse(_ readers: (() throws -> Void)...) throws {
  for reader in readers {
    do { try reader() } catch is SPINError {
      // A refusal is what a spoiled input deserves.
    }
  }
}
