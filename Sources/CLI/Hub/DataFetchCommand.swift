// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin data fetch`: data files by name to this machine.
struct DataFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch data files by name, and print their digests and paths.",
    discussion: """
      A name is spin:NAME for one of the paper's files, at a fixed commit of its authors' repository and \
      with a fixed digest; OWNER/NAME[@REVISION]:PATH for a file of a data set on the Hugging Face Hub; \
      or an https address. Options that take data files accept the same names. Without a name, lists the \
      paper's files.

        spin data fetch spin:fairness spin:privacy
        spin run MODEL --data fairness=spin:fairness --data privacy=spin:privacy ...
      """)

  @Argument(help: "The names of the files.")
  var names: [String] = []

  @Flag(
    name: .shortAndLong,
    help: "Suppress plans and progress; results, warnings and errors are still printed.")
  var quiet = false

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    guard !names.isEmpty else {
      let names = TextTable(PaperData.all.map { ["spin:\($0.name)"] }).lines
      for (name, file) in zip(names, PaperData.all) { print("\(name)  \(file.summary)") }
      return
    }
    for name in names {
      guard let file = try NamedFile(name) else {
        throw SPINError(
          .usage, at: "\"\(name)\"", "is no name of a file that can be fetched",
          remedy: "give spin:NAME, OWNER/NAME:PATH or an https address")
      }
      let found = try file.located(isFresh: true)
      // As sha256sum prints and checks it.
      printExactly("\(found.sha256)  \(found.path)")
    }
  }
}
