// SPDX-License-Identifier: Apache-2.0

@testable import SPINAdapters
@testable import SPINCheckpoint
@testable import SPINErrors
@testable import SPINJSON
@testable import SPINPatch
@testable import SPINScores
@testable import SPINSelection

extension FuzzTarget {
  static func patch(_ bytes: [UInt8]) throws {
    let patch = try Patch(json: JSON(parsing: bytes, path: "patch.json"), path: "patch.json")
    _ = patch.contentDigest
    _ = try Patch(json: patch.json, path: "again.json")
  }

  /// A patch on the model that it may belong to.
  static func patchOnModel(_ bytes: [UInt8]) throws {
    let patch = try Patch(json: JSON(parsing: bytes, path: "patch.json"), path: "patch.json")
    let model = try ModelDirectory(path: Scratch.folder("patched", as: "model"))
    try eachMayRefuse(
      { _ = try patch.verify(model) },
      { _ = try patch.edited(model) })
  }

  static func selection(_ bytes: [UInt8]) throws {
    let set = try CoupledSet(
      json: JSON(parsing: bytes, path: "selection.json"), path: "selection.json")
    _ = (set.count, set.coupledCount, set.overlapCount, set.weights, set.json)
  }

  static func scores(_ bytes: [UInt8]) throws {
    _ = try ScoreFile(path: Scratch.file(bytes, "scores.safetensors")).provenance
  }

  /// A LoRA adapter's folder, of which one file is the input.
  static func adapter(config: [UInt8]?, weights: [UInt8]?) throws {
    let folder = Scratch.folder(
      "adapter",
      [
        ("adapter_config.json", config ?? Scratch.seed("adapter_config.json")),
        ("adapter_model.safetensors", weights ?? Scratch.seed("adapter_model.safetensors")),
      ])
    _ = try LowRankAdapter(path: folder)
  }

  /// A regular expression of an adapter.
  static func modulePattern(_ bytes: [UInt8]) throws {
    let pattern = try ModulePattern(String(decoding: bytes, as: UTF8.self)) {
      SPINError(.malformedInput, at: "target_modules", $0)
    }
    _ = pattern.matches("model.layers.11.self_attn.q_proj")
    _ = pattern.matches(String(repeating: "ab.", count: 20))
  }

  static func loreft(_ bytes: [UInt8]) throws {
    let folder = Scratch.folder(
      "loreft",
      [
        ("reft_config.json", bytes),
        ("reft_model.safetensors", Scratch.seed("reft_model.safetensors")),
      ])
    _ = try LoReFT(path: folder)
  }

  static func modelCard(_ bytes: [UInt8]) {
    let card = EditCard(String(decoding: bytes, as: UTF8.self))
    _ = (card.isIntact, card.baseCard, card.frontMatter.list(of: "datasets"))
    _ = card.text(frontMatter: card.frontMatter.lines(of: EditCard.keys), body: "A card.")
    for entry in card.frontMatter.entries { _ = FrontMatter.scalar(entry.lines.joined()) }
  }
}
