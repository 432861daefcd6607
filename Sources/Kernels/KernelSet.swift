// SPDX-License-Identifier: Apache-2.0

import CKernels

/// The kernels compiled for one instruction set.
///
/// Every set with hardware fused multiply-add (`avx512`, `avx2`, and the baseline of arm64) gives
/// the same bits; the x86-64 baseline differs in the last place.
@safe public struct KernelSet: @unchecked Sendable {
  @unsafe let table: UnsafePointer<spin_kernels>

  /// Its name: `avx512`, `avx2` or `baseline`.
  public var name: String { unsafe String(cString: table.pointee.name) }

  /// The sets that this processor can run, best first; never empty.
  public static let available: [KernelSet] = (0..<Int(spin_kernels_count())).compactMap { index in
    guard let table = unsafe spin_kernels_at(Int32(index)) else { return nil }
    return unsafe KernelSet(table: table)
  }

  /// The best set for this processor.
  public static let best: KernelSet = {
    guard let first = available.first else { preconditionFailure("no baseline kernels") }
    return first
  }()
}
