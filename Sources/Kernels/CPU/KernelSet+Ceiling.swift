// SPDX-License-Identifier: Apache-2.0

import CKernels

extension KernelSet {
  /// Does fused multiply-adds on registers alone and says how many floating-point operations they
  /// were; over the time they took, the rate that no product on one thread can exceed.
  ///
  /// Without fused multiply-add each chain waits for two instructions in turn; that number is then
  /// not the processor's peak, and products may exceed it.
  package func registerProducts(rounds: Int) -> Double {
    let table = unsafe table.pointee
    // Sums that settle near 1: neither overflow nor subnormal numbers disturb the measurement.
    let sum = unsafe table.register_products(rounds, 0.5, 0.5)
    precondition(sum.isFinite, "register products overflowed")
    return unsafe 2 * Double(rounds * table.tile_rows * table.tile_columns)
  }
}
