// SPDX-License-Identifier: Apache-2.0

import Dispatch
import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage
import Synchronization

/// Writes tensors as one safetensors file, or as shards with their index.
///
/// Memory holds a few megabytes of one tensor at a time.
struct CheckpointWriter {
  /// The tensors in the order in which they are distributed over shards.
  let tensors: [ImportedTensor]
  /// The largest shard in bytes; a larger tensor has a shard of its own.
  let maximumShardByteCount: Int
  /// The number of threads.
  let threadCount: Int
  /// Where the tensors come from, for messages.
  let source: String

  /// The tensors of each shard, as `split_torch_state_dict_into_shards` of huggingface_hub cuts them.
  var shards: [[ImportedTensor]] {
    var shards: [[ImportedTensor]] = []
    var current: [ImportedTensor] = []
    var byteCount = 0
    for tensor in tensors {
      if !current.isEmpty, byteCount + tensor.byteCount > maximumShardByteCount {
        shards.append(current)
        (current, byteCount) = ([], 0)
      }
      current.append(tensor)
      byteCount += tensor.byteCount
    }
    return shards + (current.isEmpty ? [] : [current])
  }

  /// Writes all files into a directory.
  ///
  /// - Parameters:
  ///   - directory: Where the files go.
  ///   - advance: Called with every piece written; throws to stop.
  func write(to directory: String, advance: (_ byteCount: Int) throws -> Void) throws {
    let shards = shards
    var map: [(name: String, file: String)] = []
    for (index, shard) in shards.enumerated() {
      let file =
        shards.count == 1
        ? "model.safetensors"
        : "model-\(Self.padded(index + 1))-of-\(Self.padded(shards.count)).safetensors"
      try write(shard, to: directory + "/" + file, advance: advance)
      map += shard.map { ($0.name, file) }
    }
    guard shards.count > 1 else { return }
    var weightMap = JSONObject()
    for (name, file) in map.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      weightMap[name] = .string(file)
    }
    let index: JSON = [
      "metadata": ["total_size": JSON(tensors.reduce(0) { $0 + $1.byteCount })],
      "weight_map": .object(weightMap),
    ]
    try OutputFile.write(
      Array(index.serialized().utf8), to: directory + "/" + ShardIndex.fileName)
  }

  private func write(
    _ shard: [ImportedTensor], to path: String, advance: (Int) throws -> Void
  ) throws {
    let writer = try SafetensorsWriter(
      path: path, tensors: shard.map { .init(name: $0.name, type: $0.type, shape: $0.shape) },
      // A buffer may be a mask, which holds infinities; SPIN does not compute with it.
      nonFinite: .refused(
        from: source, remedy: "no model can compute with such weights: use another copy of it",
        except: { !$0.hasSuffix(".weight") && !$0.hasSuffix(".bias") }))
    let byName = Dictionary(uniqueKeysWithValues: shard.map { ($0.name, $0) })
    for name in writer.order {
      guard let tensor = byName[name] else { continue }
      for piece in tensor.pieces(threadCount) {
        for bytes in try tensor.read(piece) {
          try writer.write(bytes, to: name)
          try advance(bytes.count)
        }
      }
    }
    try writer.finish()
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
  }
}

extension ImportedTensor {
  /// Elements that are converted at once by one thread.
  private static var pieceElementCount: Int { 1 << 19 }

  /// Ranges of rows, as many a group as there are threads.
  fileprivate func pieces(_ threadCount: Int) -> [[Range<Int>]] {
    let step = max(1, Self.pieceElementCount / max(1, columnCount))
    let ranges = stride(from: 0, to: rowCount, by: step).map { $0..<min($0 + step, rowCount) }
    return stride(from: 0, to: ranges.count, by: threadCount).map {
      Array(ranges[$0..<min($0 + threadCount, ranges.count)])
    }
  }

  /// The bytes of each range of rows, read in parallel.
  fileprivate func read(_ ranges: [Range<Int>]) throws -> [[UInt8]] {
    if ranges.count == 1 { return [try rows(ranges[0])] }
    let results = Mutex<[Int: Result<[UInt8], any Error>]>([:])
    let rows = rows
    DispatchQueue.concurrentPerform(iterations: ranges.count) { index in
      let result = Result { try rows(ranges[index]) }
      results.withLock { $0[index] = result }
    }
    let done = results.withLock { $0 }
    return try ranges.indices.compactMap { try done[$0]?.get() }
  }
}
