// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
public import SPINExecution
public import SPINLanguageModel
import SPINLikelihood
import SPINTokenization
import SPINTransformer

/// How the dependence of representations is measured.
public struct CouplingOptions: Sendable, Equatable {
  /// The width of the Gaussian kernel.
  public var sigma: Double
  /// Other widths for which both estimates are given too, without permutations.
  public var sweep: [Double]
  /// How many other pairings each measure is compared with.
  public var permutationCount: Int
  /// The seed of these pairings, as NumPy's `default_rng` takes it.
  public var seed: UInt64

  /// eps of the normalized estimate.
  ///
  /// - Source: `hsic_normalized_cca` of "The HSIC Bottleneck".
  public static let ridge = 1e-5

  /// Options; the width is that of the paper's figure 2.
  ///
  /// - Precondition: Widths are positive, and there is at least one permutation.
  public init(
    sigma: Double = 50, sweep: [Double] = [], permutationCount: Int = 1000, seed: UInt64 = 0
  ) {
    precondition(sigma > 0 && sweep.allSatisfy { $0 > 0 }, "a width is not positive")
    precondition(permutationCount >= 1, "permutationCount must be at least 1")
    self.sigma = sigma
    self.sweep = sweep
    self.permutationCount = permutationCount
    self.seed = seed
  }
}

/// How much a model's representations of two kinds of questions depend on each other, layer by layer.
///
///     let pairs = try QuestionPairs(
///       first: .init(name: "privacy", list: privacy),
///       second: .init(name: "fairness", list: fairness), count: 300, seed: 0)
///     let before = try CouplingResult(of: model, pairs: pairs, on: Execution(threads: 2))
///     let after = try CouplingResult(of: edited, pairs: pairs, on: Execution(threads: 2))
///     let comparison = CouplingChange(before: before, after: after)
///
/// The paper shows HSIC between hidden states of fairness and of privacy questions (figure 2), without
/// its estimator, pooling or pairing; here are the two estimates that its authors are known to use,
/// and linear CKA. The questions are paired by chance. So is every permuted pairing, and the value is
/// expected among the permuted ones: a p-value near 0 would come by chance too. What an edit does to
/// the level of *all* pairings is a change of the states' scale and shape.
public struct CouplingResult: Sendable, Equatable {
  /// The pairs of questions that were measured.
  public let pairs: QuestionPairs
  /// How they were measured.
  public let options: CouplingOptions
  /// The measures after each block.
  public let layers: [LayerCoupling]

  /// Measures a model.
  ///
  /// - Parameters:
  ///   - model: The model, edited or not.
  ///   - pairs: The questions, which go to the model unchanged.
  ///   - options: How to measure.
  ///   - execution: Where to compute.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - onLayer: Called with each layer that is done, and of how many there are.
  /// - Throws: `SPINError` where a question has no token or more than the model has positions, or
  ///   where the model's states are not numbers.
  public init(
    of model: LanguageModel, pairs: QuestionPairs, options: CouplingOptions = CouplingOptions(),
    on execution: Execution, shouldStop: () -> Bool = { false },
    onLayer: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    var generator = NumPyGenerator(seed: options.seed)
    let pairings = (0..<options.permutationCount).map { _ in generator.permutation(pairs.count) }
    let texts = (pairs.first.questions + pairs.second.questions).map { model.tokenizer.encode($0) }
    var layers: [LayerCoupling] = []
    try HiddenStateReader(model.decoder, on: execution).read(texts, shouldStop: shouldStop) {
      states in
      layers.append(LayerCoupling(states, options: options, pairings: pairings))
      onLayer(layers.count, model.decoder.configuration.layerCount)
    }
    self.pairs = pairs
    self.options = options
    self.layers = layers
  }
}
