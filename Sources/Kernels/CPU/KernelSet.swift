// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINErrors
import SPINStorage

/// The kernels compiled for one instruction set.
///
/// Sets with the same `arithmetic` give the same bits. `avx512`, `avx2` and `neon` have the same;
/// the `baseline` of x86-64 has no fused multiply-add and rounds differently.
@safe public struct KernelSet: @unchecked Sendable {
  @unsafe let table: UnsafePointer<spin_kernels>

  /// The name of the set: `avx512`, `avx2`, `neon` or `baseline`.
  public var name: String { unsafe String(cString: table.pointee.name) }

  /// The arithmetic of the set, which determines the bits of results.
  public var arithmetic: Arithmetic {
    Arithmetic(name: unsafe String(cString: table.pointee.arithmetic))
  }

  /// The sets that this processor can run, fastest first; never empty.
  public static let available: [KernelSet] = (0..<Int(spin_kernels_count())).compactMap { index in
    guard let table = unsafe spin_kernels_at(Int32(index)) else { return nil }
    return unsafe KernelSet(table: table)
  }

  /// The environment variable that names the set to use.
  public static let environmentVariable = "SPIN_INSTRUCTION_SET"

  /// The set in use: the one that the environment variable names, or the fastest for this
  /// processor.
  ///
  /// A name that this processor does not support is ignored here. `named` throws for such a name;
  /// the program calls it at the start.
  public static let inUse: KernelSet = {
    guard let first = available.first else { preconditionFailure("no baseline kernels") }
    return (try? named(ProcessEnvironment.value(environmentVariable))) ?? first
  }()

  /// The set with a given name; the fastest one for nil or an empty name.
  ///
  /// - Throws: `SPINError` with code `unavailable` if this processor has no such set.
  public static func named(_ name: String?) throws -> KernelSet {
    guard let first = available.first else { preconditionFailure("no baseline kernels") }
    guard let name, !name.isEmpty else { return first }
    guard let found = available.first(where: { $0.name == name }) else {
      let names = available.map(\.name).joined(separator: ", ")
      throw SPINError(
        .unavailable, at: environmentVariable, "is \"\(name)\", and this processor has \(names)",
        remedy: "name one of these, or unset the variable")
    }
    return found
  }
}
