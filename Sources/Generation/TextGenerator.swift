// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
package import SPINErrors
public import SPINExecution
import SPINKernels
public import SPINLanguageModel
package import SPINTransformer

/// Generates texts for many prompts at once.
///
///     let generator = TextGenerator(model, on: Execution(threads: 2))
///     try generator.generate(prompts.map { model.tokenizer.encode($0) }, options: options) {
///       index, text in print(index, text.text)
///     }
///
/// A text depends on model, prompt, options and, when tokens are drawn, on the prompt's stream of
/// draws; not on the batch, its size, or threads.
public final class TextGenerator {
  private let model: LanguageModel
  private let execution: Execution
  private let device: any Device
  private let batchSize: Int
  private let promptTokens: Int
  private var draftOdds = DraftOdds()

  /// - Parameters:
  ///   - model: The model, edited or not.
  ///   - execution: The device and memory budget to compute with.
  ///   - batchSize: The most texts that are generated in one batch; more is faster, and takes a key/value cache
  ///     each. There are fewer where the memory budget requires it.
  ///   - promptTokens: How many prompt tokens are processed at a time, or one prompt if
  ///     it is longer; a prefix that neighboring prompts share counts once.
  public init(
    _ model: LanguageModel, on execution: Execution, batchSize: Int = 64, promptTokens: Int = 1024
  ) {
    precondition(batchSize >= 1, "batchSize must be at least 1")
    precondition(promptTokens >= 1, "promptTokens must be at least 1")
    self.model = model
    self.batchSize = batchSize
    self.promptTokens = promptTokens
    self.execution = execution
    device = execution.open()
  }

  /// A prompt's text so far.
  private struct Growing {
    let index: Int
    let stream: UInt64
    var draft: Draft
    var tokens: [Int32] = []
    var draftedCount = 0

    func text(_ text: String, _ finish: GeneratedText.Finish) -> GeneratedText {
      GeneratedText(tokens: tokens, text: text, finish: finish, draftedCount: draftedCount)
    }
  }

  /// Rows of a step where drafts are computed: the processor is busy, and what is computed in vain costs little.
  static let draftedRows = 64
  /// Tokens of one draft in a step.
  private static let longestDraft = 15
  /// Rows whose logits are in memory together, however few texts there are.
  private static let leastLogitRows = 16

  /// Generates a text for each prompt.
  ///
  /// A text also ends with `.length` at the end of the model's context.
  ///
  /// - Parameters:
  ///   - prompts: Token ids, special tokens included.
  ///   - options: How to generate.
  ///   - streams: What tells the draws of one prompt from those of another; nil for its index.
  ///   - drafts: What the text of each prompt probably is, such as what the unedited model says; nil where nothing is
  ///     known. No text depends on it.
  ///   - shouldStop: Checked before each step and some twenty times a second; true ends the work with
  ///     an error of code `interrupted`.
  ///   - onText: Called after each token with the text so far, as far as it is final: it only
  ///     grows from call to call, and contains no part of a character or of a stop string.
  ///   - onFinish: Called with each text as it ends, in any order.
  /// - Throws: `SPINError` before any work for a prompt that is empty, longer than the model's
  ///   positions, or holds an id outside the vocabulary; where logits are not numbers; or what
  ///   `onText` or `onFinish` throws.
  public func generate(
    _ prompts: [[Int32]], options: GenerationOptions, streams: [UInt64]? = nil,
    drafts: [[Int32]]? = nil, shouldStop: () -> Bool = { false },
    onText: ((_ index: Int, _ text: String) throws -> Void)? = nil,
    onFinish: (_ index: Int, _ text: GeneratedText) throws -> Void
  ) throws {
    precondition(drafts.map { $0.count == prompts.count } ?? true, "drafts: count")
    precondition(streams.map { $0.count == prompts.count } ?? true, "streams: count")
    try check(prompts)
    guard options.maxNewTokens > 0 else {
      for index in prompts.indices {
        try onFinish(index, GeneratedText(tokens: [], text: "", finish: .length))
      }
      return
    }
    guard let plan = try plan(for: prompts.map(\.count), options) else { return }
    // Another model may be next, and counts then.
    defer { model.decoder.weights.releasePages() }
    let (batchSize, promptTokens) = (plan.width.texts, plan.width.rows)
    var batch = DecodingBatch(
      model.decoder, sequenceCount: batchSize, promptTokens: promptTokens,
      logitRows: plan.width.logitRows, positionCount: plan.width.longest,
      keepsWeights: plan.keepsWeights, on: device)
    var waiting = prompts.indices
    var growing: [Growing] = []
    while !waiting.isEmpty || !growing.isEmpty {
      while growing.count < batchSize, !waiting.isEmpty {
        let limits = SharedBeginning.Limits(
          rows: promptTokens, texts: batchSize - growing.count,
          positions: model.decoder.interventions?.positions)
        guard let group = SharedBeginning.next(prompts[waiting], limits: limits) else { break }
        let next = group.members
        waiting = next.upperBound..<waiting.upperBound
        let logits = try unlessStopped(shouldStop) {
          try batch.start(next.map { ($0, prompts[$0]) }, trunk: group.trunk)
        }
        let first = growing.count
        growing += next.map {
          Growing(
            index: $0, stream: streams?[$0] ?? UInt64($0), draft: Draft(known(drafts?[$0] ?? [])))
        }
        let chosen = choose(logits, growing[first...].map { ($0, 0) }, options.sampling)
        try accept(
          chosen.map { [$0] }, of: next.map { _ in [] }, &growing, from: first, &batch, prompts,
          options, onText, onFinish)
      }
      guard !growing.isEmpty else { continue }
      let (drafts, chosen) = try step(growing, &batch, prompts, options, shouldStop)
      try accept(
        chosen, of: drafts, &growing, from: 0, &batch, prompts, options, onText, onFinish)
    }
  }

  /// Adds to each sequence its newest token and a part of its draft.
  ///
  /// - Returns: That part, and what the model chooses after the newest token and after each of the draft's.
  private func step(
    _ growing: [Growing], _ batch: inout DecodingBatch, _ prompts: [[Int32]],
    _ options: GenerationOptions, _ shouldStop: () -> Bool
  ) throws -> (drafts: [[Int32]], chosen: [[Int32?]]) {
    let lengths = draftOdds.lengths(
      growing.map { ($0.draft.agreement, draftLimit($0, prompts, options)) },
      rowCount: min(batch.rowCount, max(Self.draftedRows, growing.count)))
    let drafts = zip(growing, lengths).map { Array($0.draft.continuation($1)) }
    let texts = zip(growing, drafts).flatMap { text, draft in (0...draft.count).map { (text, $0) } }
    let chosen = try unlessStopped(shouldStop) {
      let rows = try batch.step(zip(growing, drafts).map { $0.tokens.suffix(1) + $1 })
      return stride(from: 0, to: rows.count, by: batch.logitRows).flatMap { start in
        let part = start..<min(start + batch.logitRows, rows.count)
        return choose(batch.logits(part), Array(texts[part]), options.sampling)
      }
    }
    var left = chosen[...]
    return (
      drafts,
      drafts.map { draft in
        defer { left = left.dropFirst(draft.count + 1) }
        return Array(left.prefix(draft.count + 1))
      }
    )
  }

  /// A draft up to the first token that the model does not have.
  private func known(_ draft: [Int32]) -> [Int32] {
    let size = model.decoder.configuration.vocabularySize
    return Array(draft.prefix { $0 >= 0 && $0 < size })
  }

  /// How many tokens of its draft a text can take in one step: what is left of both.
  private func draftLimit(
    _ text: Growing, _ prompts: [[Int32]], _ options: GenerationOptions
  ) -> Int {
    let positions = model.decoder.configuration.maxPositionEmbeddings
    return min(
      text.draft.continuation(Self.longestDraft).count,
      options.maxNewTokens - text.tokens.count - 1,
      positions - prompts[text.index].count - text.tokens.count)
  }

  /// How many texts are generated in one batch, and how many prompt tokens are processed at a time, within the memory
  /// budget; nil where there is no prompt.
  ///
  /// - Parameters:
  ///   - lengths: Tokens of each prompt.
  ///   - options: How much is generated.
  ///   - what: What the memory is for, for the error.
  /// - Throws: `SPINError` with code `usage` where the budget is too small for one text at a time.
  package func plan(
    for lengths: [Int], _ options: GenerationOptions, what: String = "this model and these texts"
  ) throws -> ForwardCost.Plan? {
    guard let longest = lengths.max() else { return nil }
    let positions = min(
      model.decoder.configuration.maxPositionEmbeddings, longest + options.maxNewTokens)
    let rows = max(longest, min(promptTokens, lengths.reduce(0, +)))
    func width(_ texts: Int, _ rows: Int) -> ForwardCost.Width {
      var width = ForwardCost.Width(
        rows: max(rows, texts), longest: positions,
        logitRows: max(texts, min(rows, Self.leastLogitRows)))
      width.texts = texts
      width.cachedPositions = texts * positions
      width.attendedRows =
        texts > 1 ? min(SharedBeginning.Limits.attended(rows), texts * longest) : 0
      return width
    }
    // Fewer tokens of prompts at a time cost less than fewer texts.
    let texts = min(batchSize, lengths.count)
    var widths = ForwardCost.halvings(from: texts, to: 1).flatMap { texts in
      ForwardCost.halvings(from: rows, to: longest).map { width(texts, $0) }
    }
    var narrowest = width(1, longest)
    narrowest.logitRows = 1
    widths.append(narrowest)
    return try ForwardCost(model.decoder, on: device).plan(
      widths, for: what, execution: execution)
  }

  /// The token that each row of logits chooses, a number of tokens after those of its text so far; nil where logits are
  /// not numbers.
  private func choose(
    _ logits: MatrixView, _ rows: [(text: Growing, after: Int)], _ sampling: Sampling
  ) -> [Int32?] {
    let largest = device.largestIndices(of: logits)
    return zip(rows, largest).enumerated().map { row, choice in
      let ((text, after), token) = choice
      guard let token else { return nil }
      guard case .random(let temperature, let topP, let topK, let seed) = sampling else {
        return Int32(token)
      }
      return Int32(
        TokenChoice(temperature: temperature, topP: topP, topK: topK, seed: seed).token(
          device.values(of: logits.rows(row..<row + 1)), stream: text.stream,
          position: text.tokens.count + after))
    }
  }

  /// Gives each sequence from a row on the tokens that the model chose, as long as those before them were the draft's,
  /// and removes the sequences that end with them.
  private func accept(
    _ chosen: [[Int32?]], of drafts: [[Int32]], _ growing: inout [Growing], from first: Int,
    _ batch: inout DecodingBatch, _ prompts: [[Int32]], _ options: GenerationOptions,
    _ onText: ((Int, String) throws -> Void)?, _ onFinish: (Int, GeneratedText) throws -> Void
  ) throws {
    var ended: [Int] = []
    for (row, (chosen, draft)) in zip(chosen, drafts).enumerated().map({ (first + $0, $1) }) {
      let index = growing[row].index
      var kept = 0
      for (place, token) in chosen.enumerated() {
        guard let token else {
          throw SPINError(
            .checkFailed, at: Self.place(of: index),
            "the model \(model.directory.path) gives logits that are not numbers",
            remedy: "its weights are damaged, or an edit broke it")
        }
        let isDrafted = place < draft.count && draft[place] == token
        if isDrafted { kept += 1 }
        let text = advance(
          &growing[row], token, isDrafted: isDrafted, prompt: prompts[index], options)
        if let text {
          ended.append(row)
          try onFinish(index, text)
          break
        }
        if let onText {
          let text = model.tokenizer.continuation(of: prompts[index], by: growing[row].tokens)
          try onText(index, SettledText.prefix(of: text, stopStrings: options.stopStrings))
        }
        guard isDrafted else { break }
      }
      if draft.count > kept { batch.removeLast(draft.count - kept, of: row) }
    }
    batch.remove(ended)
    for row in ended.reversed() { growing.remove(at: row) }
  }

  /// Adds a token to a text; the text, if it ends.
  private func advance(
    _ growing: inout Growing, _ token: Int32, isDrafted: Bool, prompt: [Int32],
    _ options: GenerationOptions
  ) -> GeneratedText? {
    func whole() -> String { model.tokenizer.continuation(of: prompt, by: growing.tokens) }
    if isDrafted { growing.draftedCount += 1 }
    if model.endTokens.contains(token) { return growing.text(whole(), .endOfText) }
    growing.tokens.append(token)
    let agreement = growing.draft.agreement
    if let isRight = growing.draft.follow(growing.tokens) { draftOdds.learn(agreement, isRight) }
    if !options.stopStrings.isEmpty {
      let text = whole()
      let ends = options.stopStrings.compactMap { text.unicodeScalars.firstRange(of: $0) }
      if let end = ends.min() {
        return growing.text(String(text.unicodeScalars[..<end]), .stopString)
      }
    }
    let positions = model.decoder.configuration.maxPositionEmbeddings
    guard
      growing.tokens.count == options.maxNewTokens
        || prompt.count + growing.tokens.count >= positions
    else { return nil }
    return growing.text(whole(), .length)
  }

  private func check(_ prompts: [[Int32]]) throws {
    let configuration = model.decoder.configuration
    for (index, prompt) in prompts.enumerated() {
      guard !prompt.isEmpty else {
        throw SPINError(
          .malformedInput, at: Self.place(of: index),
          "is empty, and the tokenizer puts no token before a text")
      }
      guard prompt.count <= configuration.maxPositionEmbeddings else {
        throw SPINError(
          .malformedInput, at: Self.place(of: index),
          "has \(prompt.count) tokens, the model has \(configuration.maxPositionEmbeddings) positions",
          remedy: "shorten it, or leave it out")
      }
      if let token = prompt.first(where: { $0 < 0 || $0 >= configuration.vocabularySize }) {
        throw SPINError(
          .malformedInput, at: Self.place(of: index),
          "holds the token \(token), the model has \(configuration.vocabularySize)",
          remedy: "check that the tokenizer belongs to the model")
      }
    }
  }

  private func unlessStopped<Result>(
    _ shouldStop: () -> Bool, _ body: () throws -> Result
  ) throws -> Result {
    guard !shouldStop(), let result = try device.unlessStopped(shouldStop, body) else {
      throw SPINError.stopped()
    }
    return result
  }
}

// MARK: - Locations of prompts

extension TextGenerator {
  private static let placeName = "prompt "

  /// What errors call a prompt; a caller that read the prompts from a file knows a better location.
  static func place(of index: Int) -> String { placeName + "\(index)" }

  /// A failure of `generate` with the location of the prompt instead of its number.
  ///
  /// - Parameters:
  ///   - error: The failure; one that is of no prompt is left unchanged.
  ///   - places: Where each prompt is from: "questions.csv: line 3".
  package static func located(_ error: SPINError, _ places: [String]) -> SPINError {
    guard let location = error.location, location.hasPrefix(placeName),
      let index = Int(location.dropFirst(placeName.count)), places.indices.contains(index)
    else { return error }
    return error.located(at: places[index])
  }
}
