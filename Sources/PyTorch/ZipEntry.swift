// SPDX-License-Identifier: Apache-2.0

/// A file in a zip archive, stored as it is.
struct ZipEntry {
  /// Its name, with folders.
  let name: String
  /// Its bytes in the archive.
  let range: Range<Int>
  /// The checksum that the archive states.
  let checksum: UInt32
  /// Its local header and its bytes, which no other entry may touch.
  let extent: Range<Int>
}
