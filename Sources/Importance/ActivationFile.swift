// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINKernels
import SPINStorage

/// The residual stream between blocks and its gradient, for all tokens, in a scratch file.
///
/// A file and not memory, for two reasons: the budget need not cover it (the system caches it where
/// there is room), and an interrupted run finds it again. Slot l holds the output of block l; two
/// more slots take turns to hold the gradient.
final class ActivationFile {
  private let file: RandomAccessFile
  private let device: any Device
  /// The path of the file.
  var path: String { file.path }
  private let tokenCount: Int
  private let width: Int
  private let layerCount: Int
  /// The bytes that were written one after the other since the last checksum was taken.
  private var written: (range: Range<Int>, crc: CRC32)?

  /// Opens or makes the file.
  ///
  /// - Throws: `SPINError` where the disk has no space for it.
  init(path: String, tokenCount: Int, width: Int, layerCount: Int, device: any Device) throws {
    self.device = device
    (self.tokenCount, self.width, self.layerCount) = (tokenCount, width, layerCount)
    let needed = 4 * tokenCount * width * (layerCount + 2)
    let existing = FileSystem.status(path)?.byteCount ?? 0
    let free = try FileSystem.freeByteCount(at: FileSystem.parent(of: path))
    guard needed - existing <= free else {
      throw SPINError(
        .inputOutput, at: path,
        "needs \(ByteText.text(needed)) of scratch space, \(ByteText.text(free)) are free",
        remedy: "free some, or name another folder with \(setting: .scratchDirectory)")
    }
    file = try RandomAccessFile(path: path, .createOrUpdate)
    if existing > needed { try file.truncate(to: needed) }
  }

  /// The slot of the output of a block.
  func output(of layer: Int) -> Int { layer }
  /// The slot of the gradient of the output of a block; -1 stands for the embedding.
  func gradient(after layer: Int) -> Int { layerCount + (layer + 2) % 2 }

  /// Reads the rows of some tokens.
  func read(_ slot: Int, _ tokens: Range<Int>, into matrix: MatrixView) throws {
    precondition(matrix.rows == tokens.count && matrix.columns == width, "matrix: shape")
    let range = matrix.offset..<matrix.offset + tokens.count * width
    try device.upload(matrix.buffer, range) { span in
      try file.read(into: &span, at: offset(slot, tokens))
    }
  }

  /// Writes the rows of some tokens.
  func write(_ slot: Int, _ tokens: Range<Int>, from matrix: MatrixView) throws {
    precondition(matrix.rows == tokens.count && matrix.columns == width, "matrix: shape")
    let range = matrix.offset..<matrix.offset + tokens.count * width
    let start = offset(slot, tokens)
    try device.download(matrix.buffer, range) { span in
      try file.write(span, at: start)
      var (whole, crc) = written ?? (start..<start, CRC32())
      if whole.upperBound != start { (whole, crc) = (start..<start, CRC32()) }
      crc.update(span)
      written = (whole.lowerBound..<start + 4 * span.count, crc)
    }
  }

  /// The checksum of the rows of some tokens that were just written, one after the other.
  ///
  /// It is of what was to be written, so that a disk that wrote something else is found by `checksum`.
  func takeChecksum(_ slot: Int, _ tokens: Range<Int>) -> UInt32 {
    let bytes = offset(slot, tokens)..<offset(slot, tokens) + 4 * width * tokens.count
    precondition(written?.range == bytes, "checksum: of other rows than were written")
    defer { written = nil }
    return written?.crc.checksum ?? 0
  }

  /// The checksum of the rows of some tokens in the file.
  func checksum(_ slot: Int, _ tokens: Range<Int>) throws -> UInt32 {
    var crc = CRC32()
    let byteCount = 4 * width * tokens.count
    for start in stride(from: 0, to: byteCount, by: 4 << 20) {
      let count = min(4 << 20, byteCount - start)
      crc.update(try file.read(count: count, at: offset(slot, tokens) + start))
    }
    return crc.checksum
  }

  /// Waits until all that was written is on disk.
  func synchronize() throws { try file.synchronize() }

  private func offset(_ slot: Int, _ tokens: Range<Int>) -> Int {
    4 * width * (slot * tokenCount + tokens.lowerBound)
  }
}
