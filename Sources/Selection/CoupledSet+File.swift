// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStorage

/// `selection.json` on disk.
extension CoupledSet {
  /// Writes the file; it appears whole or not at all.
  ///
  /// - Parameters:
  ///   - path: Where it will appear.
  ///   - tool: The program that selected, with its version.
  public func write(to path: String, tool: String) throws {
    try OutputFile.write(Array(json(tool: tool).serialized().utf8), to: path)
  }

  /// Reads a file.
  ///
  /// - Throws: `SPINError` as `init(json:path:)` does, or where the file cannot be read.
  public init(path: String) throws {
    let file = try MappedFile(path: path)
    try self.init(json: JSON(parsing: file.bytes(0..<file.byteCount), path: path), path: path)
  }
}
