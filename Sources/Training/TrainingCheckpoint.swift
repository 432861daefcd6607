// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINKernels
import SPINStorage

/// What an interrupted run resumes from: values, moments and history in one safetensors file, which
/// appears whole or not at all.
struct TrainingCheckpoint {
  let path: String
  /// A digest of everything that decides the result.
  let identity: String
  /// The device whose memory holds values and moments.
  let device: any Device

  private static let schema = "training-checkpoint/1"

  /// Writes values, and moments where there are any.
  func write(_ parameters: [Parameter], _ moments: [AdamWMoments], _ history: TrainingHistory)
    throws
  {
    try OutputFile.removeAbandoned(of: path)
    var tensors: [SafetensorsWriter.Tensor] = []
    for (parameter, moment) in zip(parameters, Self.padded(moments, parameters.count)) {
      tensors.append(.init(name: parameter.name, type: .float32, shape: parameter.shape))
      if let moment {
        tensors.append(.init(name: name(of: parameter), type: .float32, shape: [2, moment.count]))
      }
    }
    let writer = try SafetensorsWriter(
      path: path, tensors: tensors,
      metadata: [
        ("schema", Self.schema), ("identity", identity),
        ("history", history.state.serialized(indented: false)),
      ],
      nonFinite: .accepted)
    for (parameter, moment) in zip(parameters, Self.padded(moments, parameters.count)) {
      try device.download(parameter.values, 0..<parameter.values.count) {
        try $0.withRawSpan { try writer.write($0, to: parameter.name) }
      }
      try moment?.forEachTile(isWritten: false, on: device) { _, values in
        try values.span.withRawSpan { try writer.write($0, to: name(of: parameter)) }
      }
    }
    try writer.finish()
  }

  /// Reads values, and moments where they are wanted; nil where nothing was written yet.
  ///
  /// - Throws: `SPINError` where the file belongs to another run or is damaged.
  func read(into parameters: [Parameter], _ moments: [AdamWMoments]) throws -> TrainingHistory? {
    guard FileSystem.status(path) != nil else { return nil }
    do {
      return try readFile(into: parameters, moments)
    } catch let error as SPINError where error.code == .malformedInput {
      // The state is made here: what is damaged is not to be had elsewhere.
      throw error.advising("give \(enabling: .restart) to begin anew")
    }
  }

  private func readFile(
    into parameters: [Parameter], _ moments: [AdamWMoments]
  ) throws -> TrainingHistory {
    let file = try SafetensorsFile(path: path)
    let metadata = Dictionary(
      file.header.metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    guard metadata["schema"] == Self.schema, let state = metadata["history"] else {
      throw SPINError(.malformedInput, at: path, "is no state of a training run")
    }
    guard metadata["identity"] == identity else {
      throw SPINError(
        .cannotCreate, at: path, "belongs to an unfinished run on another model, data or options",
        remedy: """
          repeat that run's command, choose another \(setting: .directory), or give \
          \(enabling: .restart) to discard it
          """)
    }
    let entries = Dictionary(
      file.entries.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    for (parameter, moment) in zip(parameters, Self.padded(moments, parameters.count)) {
      let values = try entry(parameter.name, count: parameter.values.count, in: entries)
      device.upload(parameter.values, 0..<parameter.values.count) {
        Self.copy(values, from: 0, into: &$0)
      }
      guard let moment else { continue }
      let both = try entry(name(of: parameter), count: 2 * moment.count, in: entries)
      var place = 0
      try moment.forEachTile(isWritten: true, on: device) { _, span in
        Self.copy(both, from: place, into: &span)
        place += span.count
      }
    }
    let json = try JSON(parsing: Array(state.utf8), path: path)
    guard let object = json.object else {
      throw SPINError(.malformedInput, at: path, "is damaged")
    }
    return try TrainingHistory(state: object)
  }

  private static func padded(_ moments: [AdamWMoments], _ count: Int) -> [AdamWMoments?] {
    moments.isEmpty ? Array(repeating: nil, count: count) : moments
  }

  /// Tile by tile a tile's means and then its squares, as `AdamWMoments` keeps them.
  private func name(of parameter: Parameter) -> String { "moments/" + parameter.name }

  private func entry(
    _ name: String, count: Int, in entries: [String: TensorEntry]
  ) throws -> TensorEntry {
    guard let entry = entries[name], entry.elementType == .float32, entry.count == count else {
      throw SPINError(
        .malformedInput, at: path, "lacks \(count) numbers of \"\(name)\"",
        remedy: "give \(enabling: .restart) to begin anew")
    }
    return entry
  }

  private static func copy(
    _ entry: TensorEntry, from place: Int, into span: inout MutableSpan<Float>
  ) {
    let start = entry.byteRange.lowerBound + 4 * place
    let count = span.count
    entry.file.withBytes(start..<start + 4 * count) { bytes in
      for index in 0..<count {
        span[index] = Float(bitPattern: bytes.littleEndian(UInt32.self, at: 4 * index))
      }
    }
    entry.file.releasePages(start..<start + 4 * count)
  }
}
