// SPDX-License-Identifier: Apache-2.0

import CKernels

extension KernelSet {
  /// Runs multiply-adds on registers alone and returns the number of floating-point operations.
  ///
  /// With fused multiply-add, that number divided by the time taken is the peak rate, which no
  /// matrix product on one thread can exceed.
  ///
  /// Without fused multiply-add each chain waits for two instructions in turn. The rate is then
  /// below the processor's peak, and products may exceed it.
  package func registerProducts(rounds: Int) -> Double {
    let table = unsafe table.pointee
    // With these factors sums settle near 1, so that neither overflow nor subnormal numbers disturb
    // the measurement.
    let sum = unsafe table.register_products(rounds, 0.5, 0.5)
    precondition(sum.isFinite, "register products overflowed")
    return unsafe 2 * Double(rounds * table.tile_rows * table.tile_columns)
  }
}
