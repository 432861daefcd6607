// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINLanguageModel
import SPINTransformer

/// The known properties of the checkpoint of MD-Judge-v0.1, so that another model is not mistaken for it.
///
/// It is a fine-tuned Mistral-7B: the shape of that model, and its vocabulary, in which "safe" and
/// "unsafe" begin with the tokens that judge libraries publish for it. Another model of the same shape and
/// vocabulary passes; its replies, of which none is valid, tell.
///
/// - Source: the model card of OpenSafetyLab/MD-Judge-v0.1; the shape is that of Mistral-7B-v0.1
///   (arXiv:2310.06825, table 1).
enum MDJudgeCheckpoint {
  /// - Throws: `SPINError` that names the first thing that differs.
  static func check(_ model: LanguageModel) throws {
    let shape = model.decoder.configuration
    let facts: [(what: String, found: String, expected: String)] = [
      ("the architecture", shape.family.rawValue, "mistral"),
      ("the vocabulary size", "\(shape.vocabularySize)", "32000"),
      ("the hidden size", "\(shape.hiddenSize)", "4096"),
      ("the number of layers", "\(shape.layerCount)", "32"),
      ("the intermediate size", "\(shape.intermediateSize)", "14336"),
      ("the number of heads", "\(shape.headCount)", "32"),
      ("the number of key/value heads", "\(shape.keyValueHeadCount)", "8"),
    ]
    let tokens = FirstTokens(model.tokenizer)
    let different =
      facts.first { $0.found != $0.expected }
      ?? (tokens.unsafeWord == [370, 521, 15426] && tokens.safeWord == [5023, 7248]
        ? nil : ("the vocabulary", "another one", "Mistral's"))
    guard let different else { return }
    throw SPINError(
      .malformedInput, at: model.directory.path,
      "is not MD-Judge-v0.1: \(different.what) is \(different.found), expected \(different.expected)",
      remedy: """
        name that checkpoint, or use this model as another judge: \
        \(setting: .modelJudge, typed: "model:DIR")
        """)
  }
}
