// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// An output that is a symbolic link is refused: neither is written through the link, nor does a file take its place.
struct LinkedOutputTests {
  @Test func linksAreNamedAndStay() throws {
    let job = try SmallJob()
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let patch = job.out + "/patch.json"
    let patched = job.path + "/patched"
    #expect(try Program.run(["patch", "apply", job.model, patch, "--out", patched]).status == 0)
    // A link to a file of the kind that would be written, to any other file, to a folder, to nothing.
    let files = job.path + "/files"
    try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: false)
    try write(bytes(of: patch), to: files + "/patch.json")
    try write("mine".utf8, to: files + "/notes.txt")
    let link = job.path + "/link"
    func commands() -> [[String]] {
      [
        [
          "select", job.model, "--scores", job.out + "/scores", "--count", "20", "--out", link,
        ],
        [
          "select", job.model, "--scores", job.out + "/scores", "--count", "20", "--selection",
          link,
        ],
        ["patch", "diff", job.model, patched, "--patch", link],
        ["report", job.out, "--out", link], ["report", job.out, "--markdown", link],
        ["report", job.out, "--json", link],
      ]
    }
    for target in ["files/patch.json", "files/notes.txt", "files/absent", "files"] {
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      let before = try FolderContents(of: files)
      for command in commands() {
        let outcome = try Program.run(command)
        #expect(outcome.status == 73, "\(command): \(outcome)")
        #expect(
          outcome.standardError.contains("/link: is a symbolic link to \(target), which is not"),
          "\(outcome.standardError)")
        #expect(
          try FileManager.default.destinationOfSymbolicLink(atPath: link) == target, "\(command)")
        #expect(try FolderContents(of: files) == before)
      }
      try FileManager.default.removeItem(atPath: link)
    }
    for target in ["files/absent", "empty"] {
      try FileManager.default.createDirectory(
        atPath: job.path + "/empty", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      let outcome = try Program.run(["patch", "apply", job.model, patch, "--out", link])
      #expect(outcome.status == 73, "\(outcome)")
      #expect(outcome.standardError.contains("/link: is a symbolic link to \(target)"))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
      try FileManager.default.removeItem(atPath: link)
    }
  }

  /// The same rule for folders, of every command and of its plan: a link to a folder, and one to nothing.
  @Test(arguments: ["folder", "absent"])
  func foldersAreNotWrittenThroughLinks(_ target: String) throws {
    let made = try MeasuredJob()
    let job = made.job
    let scores = job.path + "/scores"
    #expect(try Program.run(["score"] + job.scoring + ["--out", scores, "--quiet"]).status == 0)
    let folder = job.path + "/folder"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let link = job.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    let text = ["--text", made.text, "--window", "16"]
    let questions = ["--questions", "privacy=\(made.questions("privacy"))"]
    let commands: [[String]] = [
      ["score"] + job.scoring, ["score"] + job.scoring + ["--dry-run"],
      ["run"] + job.scoring + ["--count", "30"],
      ["run"] + job.scoring + ["--count", "30", "--dry-run"],
      ["sweep", job.model, "--scores", scores, "--count", "10"] + made.measures,
      [
        "compare", job.model, "--methods", "spin", "--seeds", "3", "--nsamples", "4", "--count",
        "30",
      ]
        + made.data + made.measures,
      ["train", "lora", job.model, "--data", job.data("general"), "--no-append-eos"],
      ["evaluate", "perplexity", job.model] + text,
      ["evaluate", "awareness", job.model] + questions,
      ["evaluate", "choices", job.model, "--task", made.text],
      ["evaluate", "phrases", "--answers", scores], ["demo", "--dry-run"],
      ["model", "import", job.model],
    ]
    let before = try FileManager.default.subpathsOfDirectory(atPath: job.path).sorted()
    for command in commands {
      for out in [["--out", link], ["--out=" + link + "/"], ["--out", link + "/."]] {
        let outcome = try Program.run(command + out)
        #expect(outcome.status == 73, "\(command): \(outcome)")
        #expect(
          job.masked(outcome.standardError)
            == "spin: DIR/link: is a symbolic link to \(target), which is not written through; name what "
            + "it leads to, or remove the link\n", "\(command)")
      }
    }
    #expect(try FileManager.default.subpathsOfDirectory(atPath: job.path).sorted() == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  /// A link on the way is followed, and so is a run that is read.
  @Test func linksOnTheWayAreFollowed() throws {
    let job = try SmallJob()
    let folder = job.path + "/folder"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: job.path + "/link", withDestinationPath: "folder")
    let run =
      ["run"] + job.scoring + ["--count", "30", "--quiet", "--save-model"]
      + ["--out", job.path + "/link/run"]
    #expect(try Program.run(run).status == 0)
    try FileManager.default.createSymbolicLink(
      atPath: job.path + "/latest", withDestinationPath: "folder/run")
    let report = try Program.run(["report", job.path + "/latest", "--model-card"])
    #expect(report.status == 0, "\(report)")
  }
}
