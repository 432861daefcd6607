// SPDX-License-Identifier: Apache-2.0

/// A change of a few bytes of a file in a directory.
package struct ByteEdit: Sendable, Equatable {
  /// The name of the file.
  package let file: String
  /// Where the bytes begin.
  package let offset: Int
  /// The bytes before.
  package let old: [UInt8]
  /// The bytes after, as many.
  package let new: [UInt8]

  /// A change of some bytes of a file.
  package init(file: String, offset: Int, old: [UInt8], new: [UInt8]) {
    precondition(old.count == new.count, "an edit keeps the size of a file")
    self.file = file
    self.offset = offset
    self.old = old
    self.new = new
  }

  /// The change that takes this one back.
  package var inverse: ByteEdit { ByteEdit(file: file, offset: offset, old: new, new: old) }

  /// Whether a write that was cut short may have left these bytes: each is the one before or the one after.
  package func mayHaveLeft(_ found: [UInt8]) -> Bool {
    found.count == old.count
      && found.indices.allSatisfy { found[$0] == old[$0] || found[$0] == new[$0] }
  }
}
