// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A nameless file for data that does not fit in memory.
///
/// Its name is removed as soon as it is open, so that the space comes back when the process ends,
/// however it ends.
package final class ScratchFile: Sendable {
  private let file: RandomAccessFile

  /// Makes one in a directory.
  package init(in directory: String) throws {
    let path = directory + "/.spin-scratch-" + String(UInt64.random(in: .min ... .max), radix: 16)
    file = try RandomAccessFile(path: path, .create)
    try FileSystem.remove(path)
  }

  /// Writes bytes at an offset.
  package func write(_ bytes: RawSpan, at offset: Int) throws { try file.write(bytes, at: offset) }

  /// Writes numbers as they lie in memory.
  package func write(_ values: [Float], at offset: Int) throws {
    try file.write(values, at: offset)
  }

  /// Fills `bytes` from an offset.
  package func read(into bytes: inout MutableRawSpan, at offset: Int) throws {
    try file.read(into: &bytes, at: offset)
  }

  /// Fills `values` from an offset.
  package func read(into values: inout [Float], at offset: Int) throws {
    try file.read(into: &values, at: offset)
  }

  /// Fills `values` from an offset.
  package func read(into values: inout MutableSpan<Float>, at offset: Int) throws {
    try file.read(into: &values, at: offset)
  }
}
