// SPDX-License-Identifier: Apache-2.0

import Dispatch
import SPINCheckpoint
import SPINJSON
import SPINJobs
import SPINStorage
import Synchronization

/// Which tensors of a model or a file hold NaN or infinity: `spin inspect --values`.
struct ValueInspection {
  /// The number of tensors that were read.
  let tensorCount: Int
  /// Those that hold some, by name.
  let found: [(entry: TensorEntry, count: NonFiniteCount)]

  /// Reads every value of a model folder or of a safetensors file once.
  ///
  /// - Throws: `SPINError` where the path is neither.
  init(of path: String) throws {
    guard let status = FileSystem.status(path) else {
      throw SPINError(.missingInput, at: path, "no such file or folder", remedy: "check the path")
    }
    let entries: [TensorEntry]
    if status.kind == .directory {
      entries = Array(try ModelDirectory(path: path).tensors.values)
    } else {
      let file = try MappedFile(path: path)
      guard path.hasSuffix(".safetensors") || FileSignature(of: file) == .safetensors else {
        throw SPINError(
          .usage, at: "--values", "\(path) holds no tensors in safetensors",
          remedy: "give the folder of a model or a safetensors file")
      }
      entries = try SafetensorsFile(path: path).entries
    }
    let counts = Mutex<[Int: NonFiniteCount]>([:])
    DispatchQueue.concurrentPerform(iterations: entries.count) { index in
      guard let count = entries[index].nonFiniteCount(), !count.isEmpty else { return }
      counts.withLock { $0[index] = count }
    }
    tensorCount = entries.count
    found = counts.withLock { $0 }.map { (entries[$0.key], $0.value) }
      .sorted { $0.entry.name < $1.entry.name }
  }

  /// The number of values that are not finite.
  var count: Int { found.reduce(0) { $0 + $1.count.nan + $1.count.infinity } }

  /// A line of its own for each tensor below the number of tensors.
  var text: String {
    guard !found.isEmpty else { return "all values of \(tensorCount) tensors are finite" }
    let names = found.map(\.entry.name)
    let width = names.map(\.utf8.count).max() ?? 0
    return
      (["not finite, in \(found.count) of \(tensorCount.counted("tensor"))"]
      + found.map { entry, count in
        "  \(Columns.padded(entry.name, width))  \(count.text), \(count.firstPlace(in: entry.shape))"
      }).joined(separator: "\n")
  }

  var json: JSON {
    var tensors = JSONObject()
    for (entry, count) in found {
      tensors[entry.name] = [
        "nan": JSON(count.nan), "infinity": JSON(count.infinity),
        "first": count.first.map { JSON($0) } ?? .null,
      ]
    }
    return .object(tensors)
  }
}
