// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINKernels
import SPINStorage

/// One matrix of a model with its low-rank change added, as PEFT's `merge_and_unload` adds it.
///
/// With D = s * (B A), for LoRA and DoRA:
///
///     W' = W + D,    W' = (m / ||W + D||_row) * (W + D)
///
/// Everything is Float32, each operation rounded by itself, and W' is rounded once more to the weight's
/// own type. That is what PEFT does on a CPU whatever the type of the weight, since it keeps factors in
/// Float32. Where one product of B A is not zero, as in exported patches, every bit is thereby
/// defined. Otherwise the order of sums is not: here it is one chain of fused multiply-adds over the
/// rank (blocks of 256), and norms are added in double precision; PyTorch's depends on the machine.
///
/// - Source: `Linear.get_delta_weight` and `DoraLinearVariant.merge_unsafe` in peft 0.21.2.
struct MergedMatrix {
  private let entry: TensorEntry
  private let change: LowRankMatrix
  private let weight: WeightMatrix
  private let factor: WeightMatrix
  private let type: ElementType

  /// Elements of a block of rows: a few megabytes.
  private static let blockSize = 1 << 20

  /// - Precondition: the entry is that of the matrix, of its shape and a type that is computed on.
  init(_ change: LowRankMatrix, _ entry: TensorEntry) {
    guard let type = entry.elementType else { preconditionFailure("no numbers: \(entry.name)") }
    self.entry = entry
    self.change = change
    self.type = type
    weight = WeightMatrix(
      name: entry.name, file: entry.file, offset: entry.byteRange.lowerBound, elementType: type,
      rows: change.b.rows, columns: change.a.columns)
    factor = WeightMatrix(
      name: "A", values: change.a.buffer, rows: change.rank, columns: change.a.columns)
  }

  /// Calls `body` with the new bytes of some rows and their offset in the file, front to back.
  ///
  /// - Throws: `SPINError` with code `malformedInput` where a weight would be NaN or infinite.
  func forEachBlock(on device: any Device, _ body: ([UInt8], Int) throws -> Void) throws {
    let columns = weight.columns
    let step = max(1, Self.blockSize / columns)
    let room = device.matrix(rows: min(step, weight.rows), columns: columns)
    for start in stride(from: 0, to: weight.rows, by: step) {
      let rows = start..<min(start + step, weight.rows)
      let merged = room.rows(0..<rows.count)
      self.rows(rows, into: merged, on: device)
      let bytes = device.encoded(merged, as: type)
      try requireFinite(bytes, from: start * columns)
      try body(
        bytes,
        entry.byteRange.lowerBound + start * columns * type.byteCount)
    }
  }

  private func requireFinite(_ bytes: [UInt8], from index: Int) throws {
    var count = NonFiniteCount()
    bytes.withRawSpan { count.add($0, type, at: index) }
    guard !count.isEmpty else { return }
    let isOwn = entry.nonFiniteCount().map { !$0.isEmpty } ?? false
    throw SPINError(
      .malformedInput, at: "\(entry.file.path): tensor \"\(entry.name)\"",
      "would hold \(count.text) with the adapter, \(count.firstPlace(in: entry.shape)); nothing was written",
      remedy: isOwn
        ? "the model holds some already: list them with spin inspect --values"
        : "the change is too large for \(type.rawValue): check lora_alpha and the adapter's factors"
    )
  }

  /// Some rows of the matrix, before they are rounded to the weight's type.
  private func rows(_ rows: Range<Int>, into merged: MatrixView, on device: any Device) {
    device.linearInputGradient([(change.b.rows(rows), factor)], into: merged)
    device.addWeight(weight, rows: rows, scale: Float(change.scale), change: merged)
    guard let magnitude = change.magnitude else { return }
    let factors = zip(rows, device.rowNorms(merged)).map { magnitude[$0] / $1 }
    device.scaleRows(merged, by: factors)
  }
}
