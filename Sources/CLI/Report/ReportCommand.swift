// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs
import SPINStorage

/// A run as `[NAME=]RUN`.
struct RunArgument: ExpressibleByArgument {
  let source: Report.Source

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    // A folder may have an equals sign in its name.
    if let equals = argument.firstIndex(of: "="), FileSystem.status(argument) == nil {
      let path = String(argument[argument.index(after: equals)...])
      guard equals > argument.startIndex, !path.isEmpty else { return nil }
      source = Report.Source(path: path, name: String(argument[..<equals]))
    } else {
      source = Report.Source(path: argument)
    }
  }
}

/// `spin report`: the results of runs, on one page.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Report the results of runs: does the edit help, does it hurt, how certain is that.",
    discussion: """
      Reads the folders that `spin run`, `spin sweep`, `spin compare` or `spin evaluate --out` wrote, \
      and writes one self-contained page: figures included, no scripts, nothing loaded from elsewhere. \
      Several runs are compared with each other. What was not measured is listed with the command that \
      measures it. Without an option the report is printed as Markdown.

        spin report run --out report.html
        spin report paper=run-1 random=run-2 lora=evaluation-3 --out comparison.html
      """)

  @Argument(
    help: ArgumentHelp(
      "The folders of runs, each optionally with the name to give it in the report.",
      valueName: "[name=]run"))
  var runs: [RunArgument]

  @Option(help: ArgumentHelp("Write the page to this file.", valueName: "file.html"))
  var out: String?

  @Option(help: ArgumentHelp("Write the report as Markdown to this file.", valueName: "file.md"))
  var markdown: String?

  @Option(help: ArgumentHelp("Write the numbers as JSON to this file.", valueName: "file.json"))
  var json: String?

  @Flag(help: "Write a model card, README.md, in the folder of the model that the run saved.")
  var modelCard = false

  @Option(
    help: ArgumentHelp(
      """
      The name of the base model on the card. (default: the name on the existing card, or else the \
      run's)
      """,
      valueName: "organization/name"))
  var baseModel: String?

  @Option(
    help: ArgumentHelp(
      "A data set on the Hub to name on the card. Repeatable.", valueName: "organization/name"))
  var dataset: [String] = []

  func validate() throws {
    guard !runs.isEmpty else { throw ValidationError("Please give the folder of a run.") }
    guard !modelCard || runs.count == 1 else {
      throw ValidationError("--model-card is written for one run.")
    }
    guard modelCard || (baseModel == nil && dataset.isEmpty) else {
      throw ValidationError("--base-model and --dataset belong to --model-card.")
    }
  }

  func run() throws {
    let report =
      if runs.count == 1, Report.isComparison(runs[0].source.path) {
        try Report(comparison: runs[0].source.path)
      } else {
        try Report(of: runs.map(\.source))
      }
    guard out != nil || markdown != nil || json != nil || modelCard else {
      return print(report.markdown, terminator: "")
    }
    let wanted: [(String?, ReportMarker.Form)] = [
      (out, .html), (markdown, .markdown), (json, .json),
    ]
    try OutputPaths.requireDifferent([("--out", out), ("--markdown", markdown), ("--json", json)])
    for (path, form) in wanted {
      guard let path else { continue }
      try ReportMarker.requireReplaceable(path, as: form)
    }
    func write(_ name: String, _ path: String?, _ text: () -> String) throws {
      guard let path else { return }
      guard path != "-" else { return print(text(), terminator: "") }
      try OutputFile.write(Array(text().utf8), to: path)
      print("\(name)  \(path)")
    }
    try write("page    ", out) { report.html }
    try write("markdown", markdown) { report.markdown }
    try write("numbers ", json) { report.jsonText(toolVersion: SPINVersion.current) }
    guard modelCard else { return }
    let run = RunDirectory(path: runs[0].source.path)
    // The run's record of its files has to know of the new card.
    let folder =
      try OutputFolder.hasRecord(at: run.path)
      ? OutputFolder(run.path, of: "run", mayBeLink: true) : nil
    defer { folder?.close() }
    let given = try ModelCard.given(in: run.model)
    try ModelCard(
      of: run.path, baseModel: baseModel ?? given.baseModel,
      dataSets: dataset.isEmpty ? given.dataSets : dataset
    ).write(to: run.model, isRecorded: try folder?.isAsWritten("model/README.md") ?? false)
    try OtherCopiesNotice.add(to: run.model)
    print("card      \(run.model)/README.md")
  }
}
