// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN

/// `spin demo`: the whole job on the model inside the program.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show the whole job on a small model that comes with the program.",
    discussion: """
      A Llama of under half a million parameters, trained from scratch on generated text, and three \
      generated data sets: a run of some seconds that needs nothing else. The shares are larger \
      than a real model's, whose matrices are thousands of times larger.
      """)

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var out = "spin-demo"

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try DemoFiles.write(to: out)
    var request = ScoringRequest(
      model: out + "/model",
      data: ["privacy", "fairness", "general"].map {
        .init(name: $0, path: "\(out)/\($0).csv")
      }, resources: resources.resources)
    request.target = .all
    let job = try ScoringJob(request)
    StandardError.write(ScoringPlanText(job: job).text)
    let pipeline = PipelineRun(
      job: job,
      selection: Selection(generalAmount: .share(1e-3), pairAmount: .share(1e-3)),
      savesModel: true, arguments: Array(CommandLine.arguments.dropFirst()))
    let directory = RunDirectory(path: out + "/run")
    let result = try RunExecution(pipeline: pipeline, evaluation: nil, isQuiet: false)
      .run(into: directory, restart: false)
    RunSummary(result: result, pipeline: pipeline, directory: directory).show(asJSON: json)
  }
}
