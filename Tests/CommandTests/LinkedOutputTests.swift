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
}
