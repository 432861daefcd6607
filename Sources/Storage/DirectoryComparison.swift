// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Compares folders by the names, kinds and contents of their entries; times and permissions do not
/// count.
package enum DirectoryComparison {
  /// Whether two folders have equal entries, recursively.
  ///
  /// A symbolic link is never equal to another entry, because its target may change.
  ///
  /// - Parameter shouldStop: Called while files are read; true ends the work with an error of code
  ///   `interrupted`.
  /// - Throws: `SPINError` if a folder or file cannot be read.
  package static func areEqual(
    _ first: String, _ second: String, shouldStop: () -> Bool = { false }
  ) throws -> Bool {
    let names = try FileSystem.names(in: first)
    guard try Set(names) == Set(FileSystem.names(in: second)) else { return false }
    return try names.allSatisfy { name in
      let (one, other) = ("\(first)/\(name)", "\(second)/\(name)")
      guard let status = FileSystem.status(one, following: false),
        let there = FileSystem.status(other, following: false), status.kind == there.kind
      else { return false }
      switch status.kind {
      case .directory: return try areEqual(one, other, shouldStop: shouldStop)
      case .file:
        guard status.byteCount == there.byteCount else { return false }
        return try areEqual(one, other, byteCount: status.byteCount, shouldStop)
      case .symbolicLink, .other: return false
      }
    }
  }

  private static func areEqual(
    _ first: String, _ second: String, byteCount: Int, _ shouldStop: () -> Bool
  ) throws -> Bool {
    let files = (
      try RandomAccessFile(path: first, .read), try RandomAccessFile(path: second, .read)
    )
    let step = 1 << 20
    for start in stride(from: 0, to: byteCount, by: step) {
      guard !shouldStop() else { throw SPINError.stopped(at: second) }
      let count = min(step, byteCount - start)
      guard try files.0.read(count: count, at: start) == files.1.read(count: count, at: start)
      else { return false }
    }
    return true
  }
}
