// SPDX-License-Identifier: Apache-2.0

/// What determines the bits of a result besides its inputs: which operations are rounded, and the
/// order of each sum.
///
/// Results computed under the same arithmetic are bit-identical, whatever the instruction set, the
/// number of threads or the machine. The name is therefore part of the identity of scores,
/// trainings and measures: work begun under one arithmetic is never continued under another.
///
/// - `fma-chain/1`: each sum is one chain of fused multiply-adds in index order (AVX-512, AVX2 with
///   FMA, NEON).
/// - `multiply-add-chain/1`: the same chains, with each product rounded before it is added (x86-64
///   without FMA).
public struct Arithmetic: Sendable, Hashable, CustomStringConvertible {
  /// The name with its version number, such as `fma-chain/1`.
  public let name: String

  /// The same as `name`.
  public var description: String { name }

  /// The arithmetic of the kernels in use.
  public static var current: Arithmetic { KernelSet.inUse.arithmetic }
}
