// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// Streams that are closed, full, or no file.
@Suite(.timeLimit(.minutes(5)))
struct StandardStreamTests {
  /// A full device behind standard output; help and versions are results too.
  @Test(arguments: [
    "--version", "--help", "run --help", "patch show PATCH", "inspect MODEL --json",
  ])
  func aFullDeviceEndsWith74(_ command: String) throws {
    let job = try SmallJob()
    _ = try Program.run(job.run + ["--quiet"])
    let words = command.split(separator: " ").map {
      $0 == "PATCH" ? job.out + "/patch.json" : $0 == "MODEL" ? job.model : String($0)
    }
    let outcome = try Program.run(words, redirections: ">/dev/full")
    #expect(outcome.status == 74)
    #expect(
      outcome.standardError
        == "spin: standard output: cannot be written (No space left on device); free some disk space, "
        + "or redirect the output elsewhere\n")
  }

  @Test func closedStandardInputIsSaid() throws {
    let job = try SmallJob()
    for command in [["generate", job.model, "--prompts", "-"], ["chat", job.model]] {
      let outcome = try Program.run(command, redirections: "<&-")
      #expect(outcome.status == 74, "\(outcome)")
      #expect(
        outcome.standardError.contains(
          "spin: standard input: cannot be read (Bad file descriptor); it is closed: redirect a file to it, "
            + "or use a pipe"))
    }
  }

  @Test func closedStandardOutputIsSaid() throws {
    let outcome = try Program.run(["--version"], redirections: ">&-")
    #expect(outcome.status == 74)
    #expect(
      outcome.standardError.hasPrefix(
        "spin: standard output: cannot be written (Bad file descriptor)"))
  }

  /// Otherwise the first file that is opened gets the number of a closed stream, and what is written there.
  ///
  /// The program waits for a prompt while it is looked at.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/proc/self/fd"), "this system has no /proc"),
    arguments: [[2], [1], [1, 2]])
  func closedDescriptorsAreOccupiedByNoFile(_ closed: [Int]) throws {
    let job = try SmallJob()
    let redirections = closed.map { "\($0)>&-" }.joined(separator: " ")
    let expected = closed.map { _ in " /dev/null" }.joined()
    let script = """
      mkfifo "$1/fifo"
      "$0" chat "$1/model" --threads 1 \(redirections) < "$1/fifo" &
      exec 3> "$1/fifo"
      for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        found=
        for d in \(closed.map(String.init).joined(separator: " ")); do
          found="$found $(readlink /proc/$!/fd/$d)"
        done
        [ "$found" = "\(expected)" ] && break
        sleep 0.2
      done
      kill $!
      echo "$found"
      """
    #expect(try Program.run(script: script, [job.path]).standardOutput == expected + "\n")
  }

  /// `ulimit -v`: no room for the model's buffers, nor perhaps for the program itself.
  // With less the dynamic loader ends the process before the program begins: with a message and status 127 where a library does
  // not fit, and by a signal where libswiftCore, which it initializes, cannot allocate (111,000 kB on one machine).
  @Test(arguments: [130_000, 160_000, 200_000, 274_000, 300_000, 400_000, 500_000, 600_000])
  func tooLittleMemoryIsSaid(_ kilobytes: Int) throws {
    let job = try SmallJob()
    let outcome = try Program.run(
      job.run + ["--quiet", "--threads", "64"], redirections: "", limits: "ulimit -v \(kilobytes)")
    // The loader of the system speaks for itself where not even the libraries fit.
    #expect(
      [0, 65, 71, 127].contains(outcome.status), "\(outcome.status): \(outcome.standardError)")
    #expect(outcome.status == 0 || !outcome.standardError.isEmpty)
  }

  /// `ulimit -n`: a file that cannot be opened is no file that is missing, and no path is to blame.
  @Test(arguments: [6, 7, 8, 9, 10, 12])
  func tooFewFilesAreSaid(_ count: Int) throws {
    let job = try SmallJob()
    let command = job.run + ["--quiet", "--threads", "1"]
    let outcome = try Program.run(command, redirections: "", limits: "ulimit -n \(count)")
    #expect(
      outcome.status == 0
        || outcome.status == 74 && outcome.standardError.contains("ulimit -n 1024"),
      "\(outcome)")
    #expect(try Program.run(command).status == 0)
  }

  /// Where Swift's runtime cannot allocate its own message it reads address 0, and so do libraries of the system: a signal
  /// while nothing can be allocated says so, and any other ends the program as before.
  ///
  /// The program waits for a prompt while its limit is lowered.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/bin/prlimit"), "this system has no prlimit"),
    arguments: [true, false])
  func aFaultWithoutMemoryIsSaid(_ isExhausted: Bool) throws {
    let job = try SmallJob()
    let lower =
      "prlimit --pid $! --as=$(($(awk '/^VmSize/ { print $2 }' /proc/$!/status) * 1024 + (8 << 20)))"
    let script = """
      mkfifo "$1/fifo"
      ulimit -c 0
      SWIFT_BACKTRACE=enable=no "$0" chat "$1/model" --threads 1 < "$1/fifo" 2> "$1/errors" &
      exec 3> "$1/fifo"
      for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        grep -qs model.safetensors /proc/$!/maps && break
        sleep 0.2
      done
      sleep 0.5
      \(isExhausted ? lower : ":")
      kill -SEGV $!
      wait $! 2> /dev/null
      echo $?
      """
    let outcome = try Program.run(script: script, [job.path])
    let said = try String(contentsOfFile: job.path + "/errors", encoding: .utf8)
    #expect(outcome.standardOutput == (isExhausted ? "71\n" : "139\n"), "\(outcome) \(said)")
    #expect(said.contains("spin: out of memory: the system refused a request") == isExhausted)
  }
}
