// SPDX-License-Identifier: Apache-2.0

/// A reader of bytes that come from strangers: files, servers, environments.
enum FuzzTarget: String, CaseIterable {
  // Models.
  case json, safetensors, shardIndex = "shard-index", config, tokenizer, sentencepiece
  case tokenizerConfig = "tokenizer-config", vocabulary, merges, pattern, template
  case generationConfig = "generation-config", origin, gguf, ggufImport = "gguf-import", pytorch
  // Data.
  case csv, jsonl, choices, text, conversations
  // Edits.
  case patch, patchOnModel = "patch-on-model", selection, scores, adapterConfig = "adapter-config"
  case adapterWeights = "adapter-weights", modulePattern = "module-pattern", loreft
  case modelCard = "model-card"
  // What earlier runs left.
  case scoringJournal = "scoring-journal", itemJournal = "item-journal"
  case folderRecord = "folder-record", request, report, comparison
  case answers, trainingState = "training-state", trainingRecord = "training-record"
  // Networks.
  case completion, reply, address, hubList = "hub-list", hubCache = "hub-cache", environment

  /// Reads an input as the program would, and uses what it gave.
  func read(_ bytes: [UInt8]) throws {
    switch self {
    case .json: try Self.json(bytes)
    case .safetensors: try Self.safetensors(bytes)
    case .shardIndex: try Self.shardIndex(bytes)
    case .config: try Self.config(bytes)
    case .tokenizer: try Self.tokenizer(bytes)
    case .sentencepiece: try Self.sentencePiece(bytes)
    case .tokenizerConfig: try Self.tokenizerConfig(bytes)
    case .vocabulary: try Self.bytePairs(vocabulary: bytes, merges: nil)
    case .merges: try Self.bytePairs(vocabulary: nil, merges: bytes)
    case .pattern: try Self.pattern(bytes)
    case .template: try Self.template(bytes)
    case .generationConfig: try Self.generationConfig(bytes)
    case .origin: try Self.origin(bytes)
    case .gguf: try Self.gguf(bytes)
    case .ggufImport: try Self.ggufImport(bytes)
    case .pytorch: try Self.pytorch(bytes)
    case .csv: try Self.table(bytes, "data.csv")
    case .jsonl: try Self.table(bytes, "data.jsonl")
    case .choices: try Self.choices(bytes)
    case .text: try Self.text(bytes)
    case .conversations: try Self.conversations(bytes)
    case .patch: try Self.patch(bytes)
    case .patchOnModel: try Self.patchOnModel(bytes)
    case .selection: try Self.selection(bytes)
    case .scores: try Self.scores(bytes)
    case .adapterConfig: try Self.adapter(config: bytes, weights: nil)
    case .adapterWeights: try Self.adapter(config: nil, weights: bytes)
    case .modulePattern: try Self.modulePattern(bytes)
    case .loreft: try Self.loreft(bytes)
    case .modelCard: Self.modelCard(bytes)
    case .scoringJournal: try Self.scoringJournal(bytes)
    case .itemJournal: try Self.itemJournal(bytes)
    case .folderRecord: try Self.folderRecord(bytes)
    case .request: try Self.request(bytes)
    case .report: try Self.report(bytes)
    case .comparison: try Self.comparison(bytes)
    case .answers: try Self.answers(bytes)
    case .trainingState: try Self.trainingState(bytes)
    case .trainingRecord: try Self.trainingRecord(bytes)
    case .completion: try Self.completion(bytes)
    case .reply: try Self.reply(bytes)
    case .address: try Self.address(bytes)
    case .hubList: try Self.hubList(bytes)
    case .hubCache: Self.hubCache(bytes)
    case .environment: try Self.environment(bytes)
    }
  }
}
