// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs

/// Widths of a kernel as `50,100,200`.
struct WidthList: ExpressibleByArgument {
  let widths: [Double]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    widths = parts.compactMap { Double($0) }
    guard widths.count == parts.count, widths.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      return nil
    }
  }
}

/// `spin evaluate coupling`.
struct CouplingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coupling",
    abstract: "Measure how much representations of two kinds of questions depend on each other.",
    discussion: """
      Measures the dependence by which the paper explains its method: HSIC between the hidden states of \
      privacy and of fairness questions, layer by layer (figure 2, sigma 50). The paper does not publish \
      its estimator, pooling and pairing. This command reports the two estimates that its authors are \
      known to use (Gretton's, on the mean over all tokens, and the normalized one, on the last token) \
      and linear CKA on the mean.

      Interpret the values with care. The questions of two files do not correspond line by line; they \
      are drawn and paired at random, by a seed. A value is therefore one among those of all other \
      pairings, which are measured too, and its p-value is as likely to be small as not, whatever the \
      model. HSIC shrinks with the magnitude of the hidden states: an edit that merely scales them \
      changes it, for all pairings alike. Each change is therefore shown next to the changes of other \
      pairings, and next to CKA, which is invariant to scale. Published drops that could be reproduced \
      were small, 0.3 to 4.8 percent. A drop does not prove that the model answers better; `spin \
      evaluate awareness` measures that.

        spin evaluate coupling MODEL --patch patch.json \\
          --questions privacy=salad_privacy.csv \\
          --questions fairness=salad_fairness.csv
      """)

  @OptionGroup
  var model: ModelOptions

  @Option(
    help: ArgumentHelp(
      "A set of questions: its name and a CSV, JSONL or text file. Give exactly two.",
      valueName: "name=file"))
  var questions: [DataArgument]

  @Option(help: "The column that holds the questions.")
  var questionColumn = "questions"

  @Option(help: "The number of questions to draw from each set.")
  var couplingPairs = 300

  @Option(help: "The seed for the draw and the permutations, as NumPy's default_rng takes it.")
  var seed: UInt64 = 0

  @Option(help: "The width of the Gaussian kernel.")
  var sigma = CouplingOptions().sigma

  @Option(
    help: ArgumentHelp(
      """
      Additional kernel widths at which to report both estimates of HSIC, such as 50,100,200,400.
      """,
      valueName: "widths"))
  var sweep: WidthList?

  @Option(help: "The number of other pairings to compare with.")
  var permutations = CouplingOptions().permutationCount

  @OptionGroup
  var output: MeasureOptions

  func validate() throws {
    guard questions.count == 2 else {
      throw ValidationError("Please give --questions NAME=FILE twice.")
    }
    guard questions[0].file.name != questions[1].file.name else {
      throw ValidationError("--questions names the same kind twice.")
    }
    guard couplingPairs >= 2 else {
      throw ValidationError("--coupling-pairs must be at least 2.")
    }
    guard sigma > 0, sigma.isFinite else { throw ValidationError("--sigma must be positive.") }
    guard permutations >= 1 else { throw ValidationError("--permutations must be at least 1.") }
  }

  func run() throws {
    let sides = try questions.map { argument in
      QuestionPairs.Side(
        name: argument.file.name,
        list: try TextList(path: argument.file.path, column: questionColumn))
    }
    let pairs = try QuestionPairs(
      first: sides[0], second: sides[1], count: couplingPairs, seed: seed)
    let options = CouplingOptions(
      sigma: sigma, sweep: sweep?.widths ?? [], permutationCount: permutations, seed: seed)
    let loaded = try model.load(on: output.execution)
    var request = try self.model.request(loaded, on: output.execution)
    for (argument, side) in zip(questions, sides) {
      request.add(
        "--questions \(argument.file.name)", file: argument.file.path, digest: side.digest)
    }
    request.add("--question-column", .string(questionColumn))
    request.add("--coupling-pairs", JSON(couplingPairs))
    request.add("--seed", .string("\(seed)"))
    request.add("--sigma", .number(sigma))
    request.add("--sweep", .array(options.sweep.map { .number($0) }), grows: true)
    request.add("--permutations", JSON(permutations))
    let plan = try output.plan([Coupling(pairs, options)], of: loaded)
    try output.openFolder("coupling", request, plan, of: loaded)
    try output.show(output.measure(plan, of: loaded), loaded)
  }
}
