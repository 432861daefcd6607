// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import SPINJobs

extension ComparisonMethod: ExpressibleByArgument {}

/// Which methods a comparison makes, and with which seeds.
struct MethodOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The methods to compare, comma-separated. (default: spin,random)", valueName: "list"),
    transform: ValueList<ComparisonMethod>.parse)
  var methods: ValueList<ComparisonMethod>?

  @Option(
    help: ArgumentHelp(
      "The seeds, comma-separated. Each method runs once per seed. (default: 0)", valueName: "list"),
    transform: ValueList<UInt64>.parse)
  var seeds: ValueList<UInt64>?

  @Option(
    help: ArgumentHelp(
      """
      The number of rows to draw from each data set. With several comma-separated numbers each \
      method runs once per number. (default: 128)
      """, valueName: "list"),
    transform: ValueList<Int>.parse)
  var nsamples: ValueList<Int>?

  @OptionGroup
  var selection: SelectionAmountOptions

  @Option(help: "The matrices to score and edit: mlp, self_attn or all.")
  var targetModule = TargetModule.feedForward

  @Option(
    help: ArgumentHelp(
      "How many scores to store for each matrix: a count, a share such as 1e-3, or auto.",
      valueName: "count|share|auto"))
  var keep = KeepPolicy.automatic

  @Option(help: ArgumentHelp("The number of rounds of spin-iterated.", valueName: "n"))
  var rounds = 3

  @Option(
    help: ArgumentHelp(
      "The factor by which spin-soft multiplies selected weights.", valueName: "factor"))
  var softScale = 0.3

  func validate() throws {
    guard (2...100).contains(rounds) else {
      throw ValidationError("--rounds must be between 2 and 100.")
    }
    guard nsamples?.values.allSatisfy({ $0 > 0 }) ?? true else {
      throw ValidationError("--nsamples must be at least 1.")
    }
  }

  func fill(_ request: inout ComparisonRequest) {
    if let methods { request.methods = methods.values }
    if let seeds { request.seeds = seeds.values }
    if let nsamples { request.sampleCounts = nsamples.values }
    request.selection = selection.selection
    request.allowsEmpty = selection.allowEmpty
    request.target = targetModule
    request.keep = keep
    request.roundCount = rounds
    request.softScale = softScale
  }
}
