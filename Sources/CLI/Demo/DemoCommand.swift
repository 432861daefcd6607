// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs
import SPINStorage

/// `spin demo`: the whole job on the model inside the program, told step by step.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show the whole job on a small model that comes with the program.",
    discussion: """
      A Llama of 4.5 million parameters, trained from scratch by `spin train` on generated text, whose \
      answers to questions about groups and about private details are careful in about half of the cases. In two \
      minutes or so, and with nothing else: scores, selection and patch; answers before and after; how \
      often the judge agrees with labels on the demo's own text; and a comparison with controls and with LoRA. Every step shows the \
      command that does it. The shares are larger than a real model's, whose matrices are thousands \
      of times larger. An interrupted demo goes on when it is repeated.
      """)

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var out = "spin-demo"

  @Option(
    help: ArgumentHelp(
      "Only the first questions of each kind and windows of the text, which is faster.",
      valueName: "n"))
  var limit: Int?

  @Option(help: "Threads that compute (default: all processors).")
  var threads: Int?

  @Flag(help: "Write model and data, print the commands, and run none of them.")
  var dryRun = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() throws {
    let output = try OutputFolder(out, of: "demo")
    defer { output.close() }
    try output.begin(restart: false)
    try DemoFiles.write(to: out)
    let story = DemoStory(folder: out, limit: limit, threads: threads)
    print(story.introduction)
    for step in story.steps {
      print("\n\(step.title)\n\n$ \(step.command)\n")
      guard !dryRun else { continue }
      try Invocation.$arguments.withValue(step.arguments) {
        var command = try SPINCommand.parseAsRoot(step.arguments)
        try command.run()
      }
      if step.isEdit { print("\n" + (try story.answers())) }
    }
    guard !dryRun else { return }
    print("\n" + story.end)
  }
}
