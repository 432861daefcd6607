// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// The combinations of selection parameters of `sweep`.
struct GridOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The two data sets whose coupled weights to find.", valueName: "a,b"))
  var pair = "privacy,fairness"

  @Option(help: ArgumentHelp("The data set that stands for general ability.", valueName: "name"))
  var general = Selection().general

  @Option(
    name: .customLong("q"),
    help: ArgumentHelp(
      "The shares of each matrix to take as a data set's top weights. (default: 5e-7)",
      valueName: "shares"))
  var pairShares: ShareList?

  @Option(
    name: .customLong("p"),
    help: ArgumentHelp(
      """
      The shares of each matrix to take as general ability's top weights. (default: the same as each \
      q)
      """,
      valueName: "shares"))
  var generalShares: ShareList?

  @Option(
    name: .customLong("count"),
    help: ArgumentHelp(
      "The numbers of top weights in each matrix, instead of --p and --q.", valueName: "list"),
    transform: ValueList<Int>.parse)
  var counts: ValueList<Int>?

  @Option(
    name: .customLong("rule"),
    help: ArgumentHelp(
      "The rules that combine the sets of top weights. (default: paper)", valueName: "rules"),
    transform: ValueList<SelectionRule>.parse)
  var rules: ValueList<SelectionRule>?

  @Option(
    name: .customLong("target-module"),
    help: ArgumentHelp(
      "The matrices to select in. (default: all that were scored)", valueName: "modules"),
    transform: ValueList<TargetModule>.parse)
  var targets: ValueList<TargetModule>?

  @Option(
    name: .customLong("scale"),
    help: ArgumentHelp(
      "The factors by which selected weights are multiplied. (default: 0)", valueName: "factors"),
    transform: ValueList<Double>.parse)
  var scales: ValueList<Double>?

  @Option(
    help: ArgumentHelp(
      "The layers to select in, first and last included, counted from 0. (default: all)",
      valueName: "a..b"))
  var layers: LayerRange?

  @Option(help: "The seed of the rule random.")
  var seed = Selection().seed

  func validate() throws {
    if counts != nil, pairShares != nil || generalShares != nil {
      throw ValidationError("--count takes the place of --p and --q; give one or the other.")
    }
    guard pair.split(separator: ",", omittingEmptySubsequences: false).count == 2 else {
      throw ValidationError("--pair is \"\(pair)\", expected two names with a comma between.")
    }
  }

  /// The grid, each of its selections checked.
  func grid() throws -> SelectionGrid {
    let names = pair.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var grid = SelectionGrid(
      Selection(
        pair: (names[0], names[1]), general: general, layers: layers?.range, seed: seed))
    grid.generalAmounts = generalShares?.shares.map { .share($0) } ?? []
    if let counts {
      grid.pairAmounts = counts.values.map { .count($0) }
    } else if let pairShares {
      grid.pairAmounts = pairShares.shares.map { .share($0) }
    }
    if let rules { grid.rules = rules.values }
    if let targets { grid.targetModules = targets.values }
    if let scales { grid.scales = scales.values }
    try grid.selections.forEach { try $0.validate() }
    return grid
  }
}
