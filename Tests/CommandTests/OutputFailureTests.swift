// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Targets that cannot be written and disks that are full: one message, the right status, and never
/// a result under its final name that is not whole.
struct OutputFailureTests {
  /// `ulimit -f` plays the full disk: the system refuses to let a file grow.
  @Test(arguments: [1, 16, 100]) func fullDisksLeaveNoResult(_ blocks: Int) throws {
    let job = try SmallJob()
    let before = try FolderContents(of: job.path)
    let outcome = try Program.run(job.run + ["--save-model", "--quiet"], fileBlocks: blocks)
    #expect(outcome.status == 74, "\(outcome)")
    #expect(outcome.standardOutput == "")
    let expected =
      "cannot be written (File too large); free some disk space, then run the same "
      + "command again\n"
    #expect(outcome.standardError.hasPrefix("spin: \(job.out)/"))
    #expect(outcome.standardError.hasSuffix(expected), "\(outcome.standardError)")
    #expect(outcome.standardError.split(separator: "\n").count == 1)
    for (name, digest) in try FolderContents(of: job.path).digests where digest != "folder" {
      let isInput = before.digests[name] == digest
      #expect(isInput || name.hasPrefix("out/scores/") || name == "out/request.json", "\(name)")
      #expect(!name.hasSuffix(".tmp"), "\(name)")
    }

    let again = try Program.run(job.run + ["--save-model", "--quiet"])
    #expect(again.status == 0, "the same command does not go on: \(again)")
    let other = try SmallJob()
    #expect(try Program.run(other.run + ["--save-model", "--quiet"]).status == 0)
    for name in ["scores", "model"] {
      #expect(
        try FolderContents(of: job.out + "/" + name)
          == FolderContents(of: other.out + "/" + name))
    }
    #expect(try bytes(of: job.out + "/patch.json") == bytes(of: other.out + "/patch.json"))
  }

  @Test func outputBelowAFileIsRefused() throws {
    let job = try SmallJob()
    let before = try FolderContents(of: job.path)
    let target = job.data("privacy")
    let outcome = try Program.run(
      ["score"] + job.scoring + ["--quiet", "--out", target + "/scores"])
    #expect(
      job.masked(outcome.standardError)
        == "spin: DIR/privacy.csv: is not a folder; choose another --out\n")
    #expect(outcome.status == 73)
    #expect(outcome.standardOutput == "")
    #expect(try FolderContents(of: job.path) == before)
  }

  @Test(
    .enabled(
      if: Program.canRunUnprivileged,
      "this system has no setpriv, and the superuser may write anywhere"))
  func readOnlyFoldersAreRefused() throws {
    let job = try SmallJob()
    let before = try FolderContents(of: job.path)
    let files = FileManager.default
    try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: job.path)
    defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: job.path) }
    let outcome = try Program.runUnprivileged(job.score + ["--quiet"])
    #expect(
      job.masked(outcome.standardError)
        == "spin: DIR: cannot be changed (Permission denied); choose another --out\n")
    #expect(outcome.status == 73)
    #expect(try FolderContents(of: job.path) == before)
  }

  /// Whether everything may go is asked before the first file goes: one folder that cannot be changed keeps them all.
  @Test(
    .enabled(
      if: Program.canRunUnprivileged,
      "this system has no setpriv, and the superuser may write anywhere"),
    arguments: ["", "/model", "/scores"])
  func restartsRemoveEverythingOrNothing(_ folder: String) throws {
    let job = try SmallJob()
    let command = job.run + ["--save-model", "--quiet"]
    #expect(try Program.run(command).status == 0)
    let before = try FolderContents(of: job.path)
    let files = FileManager.default
    try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: job.out + folder)
    defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: job.out + folder) }
    let outcome = try Program.runUnprivileged(command + ["--restart"])
    #expect(outcome.status == 73, "\(outcome)")
    #expect(
      job.masked(outcome.standardError)
        == "spin: DIR/out\(folder): cannot be changed (Permission denied), so that nothing was "
        + "removed; make it writable, or choose another --out\n")
    #expect(try FolderContents(of: job.path) == before)
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: job.out + folder)
    let again = try Program.runUnprivileged(command + ["--restart"])
    #expect(again.status == 0, "\(again)")
  }

  /// A read-only file system, whoever asks; only Linux has this one.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/proc/self/status"), "this system has no /proc"))
  func readOnlyFileSystemsAreRefused() throws {
    let job = try SmallJob()
    let outcome = try Program.run(
      ["score"] + job.scoring + ["--quiet", "--out", "/proc/spin-scores"])
    #expect(
      outcome.standardError
        == "spin: /proc/spin-scores: cannot be written (No such file or directory); choose a "
        + "path that you may write to\n")
    #expect(outcome.status == 73)
    #expect(outcome.standardOutput == "")
  }
}
