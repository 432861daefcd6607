// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINGeneration
import SPINJSON
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTransformer
import Testing

/// Greedy texts under LoReFT adapters, against the transcription of pyreft in float64
/// (`Tools/fixtures/loreft.py`).
struct LoReFTTextTests {
  private struct Text {
    let prompt, tokens: [Int32]
    let margin: Double

    init(_ json: JSON) throws {
      let object = try json.requireObject(at: "text")
      prompt = try object.required("prompt", as: [Int].self).map(Int32.init)
      tokens = try object.required("tokens", as: [Int].self).map(Int32.init)
      margin = try object.required("margin")
    }
  }

  private func json(_ name: String) throws -> [JSON] {
    let path = Fixture.root + "/loreft/" + name
    return try #require(JSON(parsing: FileSystem.read(path), path: path).array)
  }

  /// Checks texts, all prompts in one batch.
  private func check(_ texts: [Text], _ decoder: Decoder) throws {
    let count = texts[0].tokens.count
    let longest = (texts.map(\.prompt.count).max() ?? 0) + count
    var batch = DecodingBatch(
      decoder, sequenceCount: texts.count,
      promptTokens: texts.reduce(0) { $0 + $1.prompt.count }, positionCount: longest,
      on: CPUDevice(threadCount: 2))
    let device = CPUDevice(threadCount: 1)
    var logits = try batch.start(texts.enumerated().map { (identifier: $0, tokens: $1.prompt) })
    for step in 0..<count {
      let chosen = device.largestIndices(of: logits).map { $0.map(Int32.init) }
      for (text, token) in zip(texts, chosen) {
        // Float32 logits are within 1e-5 of float64 ones; closer calls than that decide nothing.
        #expect(text.margin > 1e-4)
        #expect(token == text.tokens[step], "step \(step) after \(text.prompt)")
      }
      guard step + 1 < count else { break }
      logits = try batch.step(texts.map { $0.tokens[step] })
    }
  }

  @Test func trainedAdaptersSayWhatTheTranscriptionSays() throws {
    let runs = try json("runs.json")
    #expect(runs.count == 3)
    for run in runs {
      let object = try run.requireObject(at: "run")
      let family = try object.required("family", as: String.self)
      let texts = try object.required("texts", as: [JSON].self).map(Text.init)
      let decoder = try Decoder(directory: ModelDirectory(path: Fixture(family: family).path))
      try check(texts, LoReFT(path: Fixture.root + "/loreft/" + family).edited(decoder))
      // The adapter matters: without it some text is another one.
      let device = CPUDevice(threadCount: 1)
      let plain = texts.map { text in
        let logits = decoder.logits(of: text.prompt, on: device)
        return device.largestIndices(of: logits)[text.prompt.count - 1].map(Int32.init)
      }
      #expect(plain != texts.map { $0.tokens[0] }, "\(family)")
    }
  }

  /// Longer texts of a trained model, where it is.
  @Test(.enabled(if: SharedMaterial.path != nil, "\(SharedMaterial.need)"))
  func storiesAreThoseOfTheTranscription() throws {
    let path = try #require(SharedMaterial.path) + "/models/stories260K"
    let decoder = try Decoder(directory: ModelDirectory(path: path))
    try check(
      try json("stories.json").map(Text.init),
      LoReFT(path: Fixture.root + "/loreft/stories").edited(decoder))
  }
}
