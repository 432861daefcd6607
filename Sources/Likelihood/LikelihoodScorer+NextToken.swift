// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINKernels
import SPINTransformer

/// What a model expects right after a text.
public struct NextToken: Sendable, Equatable {
  /// The probability of each token that was requested.
  public let probabilities: [Double]
  /// The most probable token of all; the lowest id of several.
  public let mostProbable: Int32
}

extension LikelihoodScorer {
  /// Finds how probable some tokens are right after given texts.
  ///
  /// What neighboring texts have in common at their beginning passes through the model once for
  /// several of them; the results are those of texts by themselves, to the bit.
  ///
  /// - Parameters:
  ///   - sequences: At least one token each, at most as many as the model has positions.
  ///   - tokens: The tokens whose probability is wanted.
  ///   - shouldStop: As for `score`.
  ///   - onFinish: Called with each sequence's result, in order.
  /// - Throws: As `score`.
  public func nextTokens(
    after sequences: [[Int32]], probabilitiesOf tokens: [Int32],
    shouldStop: () -> Bool = { false },
    onFinish: (_ index: Int, _ next: NextToken) throws -> Void
  ) throws {
    precondition(sequences.allSatisfy { !$0.isEmpty }, "nothing follows an empty sequence")
    try TokenSequence.check(sequences + [tokens], for: decoder.configuration)
    guard let longest = sequences.map(\.count).max() else { return }
    let plan = try planForSharedPrefixes(
      longest: longest, total: sequences.reduce(0) { $0 + $1.count })
    makeRoom(plan)
    defer { release() }
    let groups = SharedBeginning.groups(
      of: sequences,
      limits: .init(rows: plan.width.rows, positions: decoder.interventions?.positions))
    let forward = PackedForward(decoder, plan, on: device)
    for group in groups {
      let found = try unlessStopped(shouldStop) {
        let (hidden, ends) = try forward.run(Array(sequences[group.members]), trunk: group.trunk)
        return try nextTokens(hidden, ends, tokens)
      }
      for (index, next) in zip(group.members, found) { try onFinish(index, next) }
    }
  }

  private func nextTokens(
    _ hidden: MatrixView, _ rows: [Int], _ tokens: [Int32]
  ) throws -> [NextToken] {
    try stride(from: 0, to: rows.count, by: logitRows).flatMap { start in
      let range = start..<min(start + logitRows, rows.count)
      let logits = logitRoom.rows(0..<range.count)
      self.logits(hidden, Array(rows[range]), of: decoder, into: logits)
      let largest = device.largestIndices(of: logits)
      let losses = tokens.map { token in
        device.crossEntropy(logits, targets: Array(repeating: token, count: range.count))
      }
      return try range.map { place in
        let row = place - start
        guard let best = largest[row], losses.allSatisfy({ !$0[row].isNaN }) else {
          throw Self.notNumbers
        }
        return NextToken(
          probabilities: losses.map { exp(-$0[row]) }, mostProbable: Int32(best))
      }
    }
  }
}
