// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINExecution
import SPINKernels
import SPINScores
import SPINStorage
import SPINTransformer

/// One sweep of all samples through the blocks and one back, block by block.
final class GradientSweep {
  private let scorer: ImportanceScorer
  private let workspace: ScoringWorkspace
  private let shouldStop: () -> Bool
  private let meter: ScoringMeter
  private let configuration: DecoderConfiguration
  private let device: any Device
  private let packings: [SamplePacking]
  private let activations: ActivationFile
  private let journal: ScoringJournal
  private let walk: DecoderWalk
  private let input: MatrixView
  private let gradient: MatrixView
  /// States that wait for the backward sweep.
  private var kept: [KeptKey: BlockState] = [:]
  private var keptBytesLeft: Int
  /// What an earlier process wrote and this one has not read yet: trusted once its checksum was compared.
  private var unchecked: Set<ScoringJournal.Unit> = []

  private struct KeptKey: Hashable {
    let layer: Int
    let firstToken: Int
  }

  /// The mean loss of each sample of each data set, in nats.
  var losses: [String: [Double]] {
    Dictionary(uniqueKeysWithValues: packings.map { ($0.name, journal.losses(of: $0.name)) })
  }

  init(
    _ scorer: ImportanceScorer, workspace: ScoringWorkspace, shouldStop: @escaping () -> Bool,
    report: @escaping (ScoringEvent) -> Void
  ) throws {
    self.scorer = scorer
    self.workspace = workspace
    self.shouldStop = shouldStop
    configuration = scorer.decoder.configuration
    device = scorer.execution.open()
    var packings: [SamplePacking] = []
    for dataSet in scorer.dataSets {
      packings.append(
        SamplePacking(
          name: dataSet.name, samples: dataSet.samples,
          start: packings.last?.tokenRange.upperBound ?? 0, chunkTokens: scorer.plan.chunkTokens))
    }
    self.packings = packings
    let chunks = packings.flatMap(\.chunks)
    let widest = chunks.map(\.tokens.count).max() ?? 0
    let longest = chunks.flatMap { $0.samples.map(\.count) }.max() ?? 0
    activations = try workspace.openActivations(
      tokenCount: scorer.plan.tokenCount, width: configuration.hiddenSize,
      layerCount: configuration.layerCount, device: device)
    journal = try ScoringJournal(path: workspace.journal, identity: workspace.identity)
    unchecked = journal.finishedUnits
    walk = DecoderWalk(scorer.decoder, tokens: widest, longest: longest, on: device)
    input = device.matrix(rows: widest, columns: configuration.hiddenSize)
    gradient = device.matrix(rows: widest, columns: configuration.hiddenSize)
    keptBytesLeft = scorer.plan.keptStateBytes
    meter = ScoringMeter(scorer, report: report)
  }

  /// Does what is left to do.
  func run() throws {
    let layers = 0..<configuration.layerCount
    if journal.finishedCount > 0 {
      let count = (2 * layers.count + 1) * packings.count
      meter.report(.resumed(finishedUnits: journal.finishedCount, unitCount: count))
    }
    meter.begin(unfinished: unfinishedWork)
    for layer in layers { try forEachDataSet { try forward(layer, $0) } }
    try forEachDataSet(losses(of:))
    let accumulator = ScoreAccumulator(configuration, target: scorer.target, on: device)
    for layer in layers.reversed() {
      try forEachDataSet { try backward(layer, $0, into: accumulator) }
    }
  }

  private func forEachDataSet(_ body: (SamplePacking) throws -> Void) rethrows {
    for packing in packings { try body(packing) }
  }

  // MARK: - Units

  private func forward(_ layer: Int, _ packing: SamplePacking) throws {
    let unit = ScoringJournal.Unit.forward(layer: layer, dataSet: packing.name)
    guard !journal.contains(unit) else { return }
    try requireInput(of: layer, packing)
    let chunks = packing.chunks
    try walk.forward(
      layer..<layer + 1, chunks.map(\.walked), through: self,
      state: { layer, index in keptState(layer, chunks[index]) }, shouldStop: shouldStop,
      after: { layer, index, _, _ in
        meter.advance(
          .forward, layer: layer, dataSet: packing.name, tokens: chunks[index].tokens.count)
      })
    if packing.name == packings.last?.name { scorer.decoder.weights.blocks[layer].releasePages() }
    try activations.synchronize()
    try journal.record(
      unit, checksum: activations.takeChecksum(activations.output(of: layer), packing.tokenRange))
  }

  private func losses(of packing: SamplePacking) throws {
    guard !journal.contains(.losses(dataSet: packing.name)) else { return }
    let last = configuration.layerCount - 1
    let logits = device.matrix(
      rows: scorer.plan.logitRows, columns: configuration.vocabularySize)
    var losses: [Double] = []
    try requireInput(of: last + 1, packing)
    for chunk in packing.chunks {
      try checkForStop()
      let hidden = input.rows(0..<chunk.tokens.count)
      let gradient = gradient.rows(0..<chunk.tokens.count)
      try activations.read(activations.output(of: last), chunk.tokenRange, into: hidden)
      let rows = device.matrix(rows: chunk.predictingRows.count, columns: configuration.hiddenSize)
      device.gatherRows(hidden, chunk.predictingRows, into: rows)
      var values = try unlessStopped {
        scorer.decoder.head.lossGradient(
          rows, targets: chunk.targets, weights: chunk.lossWeights, logits: logits, on: device)[
            ...]
      }
      for count in chunk.predictionCounts {
        losses.append(values.prefix(count).reduce(0, +) / Double(count))
        values = values.dropFirst(count)
      }
      device.scatterRows(rows, chunk.predictingRows, into: gradient)
      try activations.write(activations.gradient(after: last), chunk.tokenRange, from: gradient)
      meter.advance(
        .losses, layer: configuration.layerCount, dataSet: packing.name, tokens: rows.rows)
    }
    scorer.decoder.weights.head.releasePages()
    try activations.synchronize()
    try journal.record(
      .losses(dataSet: packing.name),
      checksum: activations.takeChecksum(activations.gradient(after: last), packing.tokenRange),
      losses: losses)
  }

  private func backward(
    _ layer: Int, _ packing: SamplePacking, into accumulator: ScoreAccumulator
  ) throws {
    let unit = ScoringJournal.Unit.backward(layer: layer, dataSet: packing.name)
    guard !journal.contains(unit) else { return }
    accumulator.clear(on: device)
    try requireInput(of: layer, packing)
    try requireGradient(after: layer, packing)
    for chunk in packing.chunks {
      let input = try input(of: layer, chunk.tokenRange)
      if layer == 0 { scorer.decoder.embed(chunk.tokens, into: input, on: device) }
      let gradient = gradient.rows(0..<chunk.tokens.count)
      try activations.read(activations.gradient(after: layer), chunk.tokenRange, into: gradient)
      let state = kept.removeValue(forKey: key(layer, chunk))
      try walk.backward(
        layer, chunk.walked, input: input, gradient: gradient, kept: state,
        needsInputGradient: layer > 0, into: accumulator, shouldStop: shouldStop)
      if layer > 0 {
        try activations.write(
          activations.gradient(after: layer - 1), chunk.tokenRange, from: gradient)
      }
      meter.advance(
        .backward, layer: layer, dataSet: packing.name, tokens: chunk.tokens.count,
        recomputed: state == nil)
    }
    try writeScores(layer, packing, from: accumulator)
    if packing.name == packings.last?.name { scorer.decoder.weights.blocks[layer].releasePages() }
    if layer > 0 { try activations.synchronize() }
    try journal.record(
      unit,
      checksum: layer > 0
        ? activations.takeChecksum(activations.gradient(after: layer - 1), packing.tokenRange) : 0)
  }

  private func writeScores(
    _ layer: Int, _ packing: SamplePacking, from accumulator: ScoreAccumulator
  ) throws {
    guard let index = packings.firstIndex(where: { $0.name == packing.name }) else { return }
    let scores = try unlessStopped {
      try accumulator.topScores(
        layer: layer, weights: scorer.decoder.weights.blocks[layer], keep: scorer.keep,
        on: device)
    }
    try ScoreFile(provenance: scorer.provenances[index], matrices: scores)
      .write(to: workspace.part(layer: layer, dataSet: packing.name))
  }

  // MARK: - What an earlier process wrote

  /// Compares the input of a block with what the journal says about it, where another process wrote it.
  private func requireInput(of layer: Int, _ packing: SamplePacking) throws {
    guard layer > 0 else { return }
    try require(
      .forward(layer: layer - 1, dataSet: packing.name), activations.output(of: layer - 1), packing)
  }

  /// The same of the gradient of a block's output.
  private func requireGradient(after layer: Int, _ packing: SamplePacking) throws {
    try require(
      layer == configuration.layerCount - 1
        ? .losses(dataSet: packing.name) : .backward(layer: layer + 1, dataSet: packing.name),
      activations.gradient(after: layer), packing)
  }

  private func require(
    _ unit: ScoringJournal.Unit, _ slot: Int, _ packing: SamplePacking
  ) throws {
    guard unchecked.remove(unit) != nil else { return }
    guard try activations.checksum(slot, packing.tokenRange) == journal.checksum(of: unit) else {
      throw SPINError(
        .malformedInput, at: activations.path, "was changed since it was written",
        remedy: "give \(enabling: .restart) to begin anew")
    }
  }

  // MARK: - Parts of units

  private func key(_ layer: Int, _ chunk: SamplePacking.Chunk) -> KeptKey {
    KeptKey(layer: layer, firstToken: chunk.tokenRange.lowerBound)
  }

  /// Memory for what a forward pass leaves, where the budget allows to keep it, the last blocks first since
  /// they are needed first.
  private func keptState(_ layer: Int, _ chunk: SamplePacking.Chunk) -> BlockState? {
    let perToken = 4 * BlockState.elementsPerToken(configuration)
    let bytes = perToken * chunk.tokens.count
    let laterBytes = perToken * scorer.plan.tokenCount * (configuration.layerCount - 1 - layer)
    guard bytes <= keptBytesLeft, laterBytes + bytes <= scorer.plan.keptStateBytes else {
      return nil
    }
    keptBytesLeft -= bytes
    let state = BlockState(configuration, tokens: chunk.tokens.count, on: device)
    kept[key(layer, chunk)] = state
    return state
  }

  private var unfinishedWork: ScoringMeter.Unfinished {
    var work = ScoringMeter.Unfinished()
    for packing in packings {
      let tokens = packing.tokenRange.count
      for layer in 0..<configuration.layerCount {
        if !journal.contains(.forward(layer: layer, dataSet: packing.name)) {
          work.forwardTokens += tokens
        }
        if !journal.contains(.backward(layer: layer, dataSet: packing.name)) {
          work.backwardTokens += tokens
        }
      }
      if !journal.contains(.losses(dataSet: packing.name)) {
        work.predictions += packing.chunks.reduce(0) { $0 + $1.targets.count }
      }
    }
    return work
  }

  private func checkForStop() throws {
    guard shouldStop() else { return }
    throw Self.stopped
  }

  /// Computes something, unless the user stops the work: the unit is then not in the journal, and done
  /// again at the next run.
  private func unlessStopped<Result>(_ body: () throws -> Result) throws -> Result {
    guard let result = try device.unlessStopped(shouldStop, body) else { throw Self.stopped }
    return result
  }

  private static var stopped: SPINError {
    SPINError.stopped()
  }
}

/// The residual stream of all tokens is in the scratch file.
extension GradientSweep: StreamStore {
  func input(of layer: Int, _ tokens: Range<Int>) throws -> MatrixView {
    let rows = input.rows(0..<tokens.count)
    if layer > 0 { try activations.read(activations.output(of: layer - 1), tokens, into: rows) }
    return rows
  }

  func output(of layer: Int, _ tokens: Range<Int>) -> MatrixView { input.rows(0..<tokens.count) }

  func keep(outputOf layer: Int, _ tokens: Range<Int>, _ rows: MatrixView) throws {
    try activations.write(activations.output(of: layer), tokens, from: rows)
  }
}

extension SamplePacking.Chunk {
  /// The chunk on its way through the blocks.
  fileprivate var walked: DecoderWalk.Chunk {
    DecoderWalk.Chunk(tokens, from: tokenRange.lowerBound, samples: samples)
  }
}
