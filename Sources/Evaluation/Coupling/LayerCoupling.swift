// SPDX-License-Identifier: Apache-2.0

import SPINLikelihood
public import SPINStatistics

/// How much the hidden states of two kinds of questions depend on each other after one block.
public struct LayerCoupling: Sendable, Equatable {
  /// One of the measures.
  public enum Measure: String, Sendable, CaseIterable {
    /// Gretton's estimate, mean-pooled states.
    case hsic
    /// The normalized one, states of the last token.
    case hsicNormalized = "hsic_normalized"
    /// Linear centered kernel alignment, mean-pooled states.
    case cka
  }

  /// Both estimates for another width of the kernel.
  public struct SweepPoint: Sendable, Equatable {
    /// The width of the Gaussian kernel.
    public let sigma: Double
    /// Gretton's estimate.
    public let hsic: Double
    /// The normalized estimate of HSIC.
    public let normalizedHSIC: Double
  }

  /// The block, from 0.
  public let layer: Int
  /// Each measure with its values for other pairings.
  public let tests: [Measure: PermutationTest]
  /// The estimates for other widths, in the order in which these were requested.
  public let sweep: [SweepPoint]

  /// The result of one measure of dependence.
  public subscript(measure: Measure) -> PermutationTest {
    guard let test = tests[measure] else { preconditionFailure("every measure is taken") }
    return test
  }

  /// Measures the states of one layer.
  ///
  /// - Parameters:
  ///   - states: Of the questions of the first kind, and after them of as many of the second.
  ///   - options: How to measure.
  ///   - pairings: The permutations behind the p-values.
  init(_ states: HiddenStates, options: CouplingOptions, pairings: [[Int]]) {
    let half = states.mean.count / 2
    let means = [states.mean[..<half], states.mean[half...]].map { VectorSample(Array($0)) }
    let lasts = [states.last[..<half], states.last[half...]].map { VectorSample(Array($0)) }
    let meanDistances = means.map(\.squaredDistances)
    let lastDistances = lasts.map(\.squaredDistances)
    func hsic(_ sigma: Double) -> Dependence {
      .hsic(meanDistances[0], meanDistances[1], sigma: sigma)
    }
    func normalized(_ sigma: Double) -> Dependence {
      .normalizedHSIC(
        lastDistances[0], lastDistances[1], sigma: sigma, dimension: lasts[0].dimension,
        ridge: CouplingOptions.ridge)
    }
    layer = states.layer
    tests = [
      .hsic: PermutationTest(hsic(options.sigma), pairings: pairings),
      .hsicNormalized: PermutationTest(normalized(options.sigma), pairings: pairings),
      .cka: PermutationTest(.linearCKA(meanDistances[0], meanDistances[1]), pairings: pairings),
    ]
    sweep = options.sweep.map { sigma in
      SweepPoint(
        sigma: sigma, hsic: hsic(sigma).value, normalizedHSIC: normalized(sigma).value)
    }
  }
}
