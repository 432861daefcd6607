// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import SPINAdapters
@testable import SPINCalibration
@testable import SPINCheckpoint
@testable import SPINCoupling
@testable import SPINErrors
@testable import SPINGGUF
@testable import SPINImportance
@testable import SPINJSON
@testable import SPINPatch
@testable import SPINPyTorch
@testable import SPINScores
@testable import SPINStorage
@testable import SPINTemplates
@testable import SPINTokenization
@testable import SPINTransformer

/// A reader of files that come from strangers.
enum FuzzTarget: String, CaseIterable {
  case json, safetensors, tokenizer, sentencepiece, config, template, patch, selection, scores
  case csv, jsonl, adapterConfig = "adapter-config", adapterWeights = "adapter-weights", loreft
  case gguf, pytorch, scoringJournal = "scoring-journal", editJournal = "edit-journal"

  /// Reads an input as the program would, and uses what it gave.
  func read(_ bytes: [UInt8]) throws {
    switch self {
    case .json:
      let json = try JSON(parsing: bytes, path: "input.json")
      let text = Array(json.serialized(indented: false).utf8)
      guard try JSON(parsing: text, path: "output.json") == json else {
        fatalError("what was written reads back as something else")
      }
    case .safetensors:
      for entry in try SafetensorsFile(path: Scratch.file(bytes, "model.safetensors")).entries {
        _ = entry.count
        _ = entry.file.bytes(entry.byteRange)
      }
    case .tokenizer:
      let tokenizer = try Tokenizer(jsonFile: Scratch.file(bytes, "tokenizer.json"))
      try Self.use(tokenizer)
    case .sentencepiece:
      try Self.use(try Tokenizer(sentencePieceFile: Scratch.file(bytes, "tokenizer.model")))
    case .config:
      let json = try JSON(parsing: bytes, path: "config.json")
      _ = try DecoderConfiguration(json.requireObject(at: "config.json"))
    case .template:
      // The conversation exercises filters on text that is not plain ASCII.
      let template = try ChatTemplate(
        String(decoding: bytes, as: UTF8.self), name: "template",
        specialTokens: ["bos_token": "<s>"])
      _ = try template.render(
        [
          ChatMessage(role: "system", content: "Be bri\u{301}ef."),
          ChatMessage(role: "user", content: " 1 < 2 & \"so\"\non "),
        ], date: Date(timeIntervalSince1970: 0))
    case .patch:
      let patch = try Patch(json: JSON(parsing: bytes, path: "patch.json"), path: "patch.json")
      _ = patch.contentDigest
      _ = try Patch(json: patch.json, path: "again.json")
    case .selection:
      let set = try CoupledSet(
        json: JSON(parsing: bytes, path: "selection.json"), path: "selection.json")
      _ = (set.count, set.coupledCount, set.overlapCount, set.weights, set.json)
    case .scores:
      let file = try ScoreFile(path: Scratch.file(bytes, "scores.safetensors"))
      _ = file.provenance
    case .csv: _ = try DataTable(path: Scratch.file(bytes, "data.csv"))
    case .jsonl: _ = try DataTable(path: Scratch.file(bytes, "data.jsonl"))
    case .adapterConfig:
      let weights = Scratch.seed("adapter_model.safetensors")
      let folder = Scratch.folder([
        ("adapter_config.json", bytes), ("adapter_model.safetensors", weights),
      ])
      _ = try LowRankAdapter(path: folder)
    case .adapterWeights:
      let config = Scratch.seed("adapter_config.json")
      let folder = Scratch.folder([
        ("adapter_config.json", config), ("adapter_model.safetensors", bytes),
      ])
      _ = try LowRankAdapter(path: folder)
    case .loreft:
      let weights = Scratch.seed("reft_model.safetensors")
      let folder = Scratch.folder([
        ("reft_config.json", bytes), ("reft_model.safetensors", weights),
      ])
      _ = try LoReFT(path: folder)
    case .gguf:
      let file = try GGUFFile(path: Scratch.file(bytes, "model.gguf"))
      for tensor in file.tensors { _ = tensor.name }
    case .pytorch: _ = try PyTorchFile(path: Scratch.file(bytes, "pytorch_model.bin"))
    case .scoringJournal:
      _ = try ScoringJournal(path: Scratch.file(bytes, "journal.jsonl"), identity: "0")
    case .editJournal:
      let model: [UInt8] = Array(repeating: 0, count: 256)
      let folder = Scratch.folder([(EditJournal.fileName, bytes), ("model.safetensors", model)])
      _ = try EditJournal.recover(folder)
    }
  }

  private static func use(_ tokenizer: Tokenizer) throws {
    let text = "Hello, wörld!\n\t e\u{301} 12345 <s></s> \u{1F600} ▁x"
    let tokens = tokenizer.encode(text)
    _ = tokenizer.decode(tokens, skipSpecialTokens: true)
  }
}
