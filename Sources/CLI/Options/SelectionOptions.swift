// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import SPINJobs

/// The options that decide which weights are selected; shared by `select` and `run`.
struct SelectionOptions: ParsableArguments {
  @OptionGroup
  var amounts: SelectionAmountOptions

  @Option(help: "The rule that combines the sets of top weights.")
  var rule = Selection().rule

  @Option(help: "The factor by which selected weights are multiplied. 0 suppresses them.")
  var scale = Selection().scale

  /// The parameters, checked.
  ///
  /// - Parameters:
  ///   - targetModule: Which matrices take part; nil for all that were scored.
  ///   - seed: The seed of the rule `random`.
  func parsed(targetModule: TargetModule?, seed: UInt64) throws -> Selection {
    var selection = amounts.selection
    (selection.rule, selection.scale) = (rule, scale)
    (selection.targetModule, selection.seed) = (targetModule, seed)
    try selection.validate()
    return selection
  }
}

/// The data sets of a selection and how large their sets are; shared by all that select.
struct SelectionAmountOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The two data sets whose coupled weights to find.", valueName: "a,b"))
  var pair = "privacy,fairness"

  @Option(help: ArgumentHelp("The data set that stands for general ability.", valueName: "name"))
  var general = Selection().general

  @Option(
    name: .customLong("p"),
    help: ArgumentHelp(
      "The share of each matrix to take as general ability's top weights. (default: 5e-7)",
      valueName: "share"))
  var generalShare: Double?

  @Option(
    name: .customLong("q"),
    help: ArgumentHelp(
      "The share of each matrix to take as a data set's top weights. (default: 5e-7)",
      valueName: "share"))
  var pairShare: Double?

  @Option(
    help: ArgumentHelp(
      "The number of top weights in each matrix, instead of --p and --q.", valueName: "k"))
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "The layers to select in, first and last included, counted from 0. (default: all)",
      valueName: "a..b"))
  var layers: LayerRange?

  @Flag(help: "Accept an empty selection, which edits nothing.")
  var allowEmpty = false

  func validate() throws {
    if count != nil, generalShare != nil || pairShare != nil {
      throw ValidationError("--count takes the place of --p and --q; give one or the other.")
    }
    guard names.count == 2 else {
      throw ValidationError("--pair is \"\(pair)\", expected two names with a comma between.")
    }
  }

  /// The parameters, with the paper's rule.
  var selection: Selection {
    let defaults = Selection()
    let whole = count.map { Selection.Amount.count($0) }
    return Selection(
      pair: (names[0], names[1]), general: general,
      generalAmount: whole ?? generalShare.map { .share($0) } ?? defaults.generalAmount,
      pairAmount: whole ?? pairShare.map { .share($0) } ?? defaults.pairAmount,
      layers: layers?.range)
  }

  private var names: [String] {
    pair.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}

/// Layers as `--layers` spells them: "8..15", or one number for one layer.
struct LayerRange: ExpressibleByArgument {
  let range: ClosedRange<Int>

  init?(argument: String) {
    let bounds = argument.split(separator: "..", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(bounds.count), let first = bounds[0],
      let last = bounds[bounds.count - 1],
      first >= 0, first <= last, last < MatrixName.layerLimit
    else { return nil }
    range = first...last
  }
}

extension SelectionRule: ExpressibleByArgument {}
