// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs
import SPINStorage

/// `spin demo`: the whole job on the model inside the program, told step by step.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show the whole job on a small model built into the program.",
    discussion: """
      Runs SPIN on a Llama of 4.5 million parameters that `spin train` trained from scratch on generated \
      text; about half of its answers to questions about groups and about private details are careful. \
      Takes some two minutes and needs nothing else. Shows scores, selection and patch; answers before \
      and after; how often the judge agrees with labels on the demo's own text; and a comparison with \
      controls and LoRA. Every step shows its command. The shares are larger than for a real model, \
      whose matrices are thousands of times larger. An interrupted demo resumes when it is repeated.
      """)

  @Option(help: ArgumentHelp("The output folder.", valueName: "dir"))
  var out = "spin-demo"

  @Option(
    help: ArgumentHelp(
      """
      Use only the first n questions of each kind and the first n windows of the text, which is \
      faster.
      """,
      valueName: "n"))
  var limit: Int?

  @Option(help: "The number of compute threads. (default: all processors)")
  var threads: Int?

  @Flag(help: "Write the model and data and print the commands, but run none of them.")
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
