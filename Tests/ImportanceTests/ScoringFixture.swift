// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCalibration
import SPINCheckpoint
import SPINDecoderNames
import SPINExecution
import SPINImportance
import SPINScores
import SPINTestSupport
import SPINTransformer

/// A small model with three data sets, ready to be scored.
struct ScoringFixture {
  let golden: Fixture
  let decoder: Decoder
  let directory: TemporaryDirectory
  let dataSets: [CalibrationSet]

  /// - Parameter repeats: How often each data set's samples are repeated, for longer runs.
  init(family: String, repeats: Int = 1) throws {
    golden = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: golden.path))
    self.decoder = decoder
    let directory = try TemporaryDirectory(inMemory: true)
    self.directory = directory
    let golden = golden
    dataSets = try ["privacy", "fairness", "general"].map { name in
      // Token ids as text: the "tokenizer" reads numbers.
      let samples = try golden.samples(name)
      var csv = "prompt,response\n"
      for _ in 0..<repeats {
        for (tokens, promptCount) in samples {
          let text = tokens.map { String($0) }
          csv += text[..<promptCount].joined(separator: " ") + ","
          csv += text[promptCount...].joined(separator: " ") + "\n"
        }
      }
      let path = directory.file("\(name).csv")
      try Data(csv.utf8).write(to: URL(filePath: path))
      return try CalibrationSet(
        name: name, table: DataTable(path: path),
        options: CalibrationOptions(sampleCount: samples.count * repeats),
        encoding: CalibrationEncoding(
          beginningOfSequence: nil, vocabularySize: decoder.configuration.vocabularySize,
          positionCount: decoder.configuration.maxPositionEmbeddings,
          encode: { $0.split(separator: " ").compactMap { Int32($0) } }))
    }
  }

  func scorer(
    target: TargetModule = .all, keep: KeepPolicy = .share(1), threads: Int = 1,
    maxMemory: Int = 1 << 30, scratch: String? = nil, device: (any DeviceKind)? = nil
  ) throws -> ImportanceScorer {
    try ImportanceScorer(
      decoder: decoder, modelFiles: ["model.safetensors": "0"], dataSets: dataSets,
      target: target, keep: keep, tool: "test",
      on: Execution(
        on: device ?? CPU(threads: threads), maxMemory: maxMemory, scratchDirectory: scratch))
  }

  /// The bytes of the three score files of a folder.
  func bytes(in folder: String) throws -> [Data] {
    try dataSets.map {
      try Data(contentsOf: URL(filePath: "\(folder)/\($0.name).safetensors"))
    }
  }
}
