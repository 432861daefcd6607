// SPDX-License-Identifier: Apache-2.0

/// What decides the bits of a result besides its inputs: which operations are rounded, and the order of each sum.
///
/// Results of equal arithmetic are equal to the bit, whatever the instruction set, the threads or the machine. So its
/// name is part of what identifies scores, trainings and measures: work that was begun on one arithmetic is not gone on with on
/// another.
///
/// - `fma-chain/1`: each sum is one chain of fused multiply-adds in the order of its index (AVX-512, AVX2 with FMA,
///   NEON).
/// - `multiply-add-chain/1`: the same chains, each product rounded before it is added (x86-64 without FMA).
public struct Arithmetic: Sendable, Hashable, CustomStringConvertible {
  /// Its name with the number of its version.
  public let name: String

  /// The name.
  public var description: String { name }

  /// The arithmetic of the kernels in use.
  public static var current: Arithmetic { KernelSet.inUse.arithmetic }
}
