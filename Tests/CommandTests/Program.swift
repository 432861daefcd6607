// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport

/// The built program `spin`, run as a user runs it.
struct Program {
  /// How a run ended.
  struct Outcome: Equatable {
    /// The exit status; of a process that a signal ended, 128 and its number, as shells say it.
    var status: Int32
    var standardOutput: String
    var standardError: String
  }

  /// A run that has begun.
  final class Running {
    private let process: Process
    private let streams: TemporaryDirectory

    fileprivate init(
      _ executable: URL, _ arguments: [String], _ environment: [String: String],
      input: String? = nil, folder: String? = nil
    ) throws {
      streams = try TemporaryDirectory()
      process = Process()
      process.executableURL = executable
      process.arguments = arguments
      process.environment = environment
      if let folder { process.currentDirectoryURL = URL(filePath: folder) }
      process.standardInput = FileHandle.nullDevice
      if let input {
        try Data(input.utf8).write(to: URL(filePath: streams.file("stdin")))
        process.standardInput = FileHandle(forReadingAtPath: streams.file("stdin"))
      }
      // Files, not pipes: nobody has to read them while the program runs.
      process.standardOutput = try Self.file(streams.file("stdout"))
      process.standardError = try Self.file(streams.file("stderr"))
      // Threads of Dispatch block signals, and a program inherits that: Ctrl+C would be lost.
      var interrupt = sigset_t()
      unsafe sigemptyset(&interrupt)
      unsafe sigaddset(&interrupt, SIGINT)
      unsafe pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
      try process.run()
    }

    /// Whether it still runs.
    var isRunning: Bool { process.isRunning }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for the end.
    func wait() throws -> Outcome {
      process.waitUntilExit()
      let base: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
      return Outcome(
        status: base + process.terminationStatus,
        standardOutput: try String(contentsOfFile: streams.file("stdout"), encoding: .utf8),
        standardError: try String(contentsOfFile: streams.file("stderr"), encoding: .utf8))
    }

    private static func file(_ path: String) throws -> FileHandle {
      try Data().write(to: URL(filePath: path))
      return try FileHandle(forWritingTo: URL(filePath: path))
    }
  }

  /// Nothing that the program would look at, so that a terminal's width changes no text.
  private static let environment = ProcessInfo.processInfo.environment
    .filter { !["COLUMNS", "LINES"].contains($0.key) }

  /// Begins a run, with some more in its environment, in a folder of its own choice or in a given one.
  static func start(
    _ arguments: [String], environment more: [String: String] = [:], in folder: String? = nil
  ) throws -> Running {
    try Running(located(), arguments, environment.merging(more) { $1 }, folder: folder)
  }

  /// Runs to the end.
  static func run(_ arguments: [String]) throws -> Outcome { try start(arguments).wait() }

  /// Runs to the end with a text as standard input.
  static func run(_ arguments: [String], input: String) throws -> Outcome {
    try Running(located(), arguments, environment, input: input).wait()
  }

  /// Runs to the end, allowed files of so many blocks of 512 bytes: a disk that is full.
  static func run(_ arguments: [String], fileBlocks: Int) throws -> Outcome {
    let script = "ulimit -f \(fileBlocks); exec \"$0\" \"$@\""
    let program = try located().path(percentEncoded: false)
    return try Running(
      URL(filePath: "/bin/sh"), ["-c", script, program] + arguments, environment
    ).wait()
  }

  /// Takes rights from a program that it runs; part of util-linux.
  private static let setpriv = "/usr/bin/setpriv"
  private static let withoutRights = ["--bounding-set=-all", "--inh-caps=-all"]

  /// Whether there is a way to run a program that permissions bind; in some containers there is none.
  static let canRunUnprivileged: Bool = {
    guard geteuid() == 0 else { return true }
    let trial = try? Running(
      URL(filePath: setpriv), withoutRights + ["/bin/sh", "-c", ":"], environment)
    return (try? trial?.wait())?.status == 0
  }()

  /// Runs to the end without the superuser's right to pass over the permissions of files and folders.
  static func runUnprivileged(_ arguments: [String]) throws -> Outcome {
    guard geteuid() == 0 else { return try run(arguments) }
    let program = try located().path(percentEncoded: false)
    return try Running(
      URL(filePath: setpriv), withoutRights + [program] + arguments, environment
    ).wait()
  }

  /// Runs a shell script to the end, which has the program as `$0`.
  static func run(script: String, _ arguments: [String]) throws -> Outcome {
    let program = try located().path(percentEncoded: false)
    return try Running(
      URL(filePath: "/bin/sh"), ["-c", script, program] + arguments, environment
    ).wait()
  }

  /// Runs to the end from a shell that redirects streams (">/dev/full", "<&-") and sets limits ("ulimit -v 9").
  static func run(
    _ arguments: [String], redirections: String, limits: String = ":"
  ) throws -> Outcome {
    let script = "\(limits); exec \"$0\" \"$@\" \(redirections)"
    let program = try located().path(percentEncoded: false)
    return try Running(
      URL(filePath: "/bin/sh"), ["-c", script, program] + arguments, environment
    ).wait()
  }

  /// Runs to the end on a terminal of util-linux's `script`; what the terminal got, which is also in a file.
  static func run(_ arguments: [String], onTerminal typescript: String) throws -> String {
    let words = try [located().path(percentEncoded: false)] + arguments
    let command = words.map { "'\($0)'" }.joined(separator: " ")
    _ = try Running(
      URL(filePath: "/usr/bin/script"), ["-q", "-c", command, typescript], environment
    ).wait()
    let text = try String(contentsOfFile: typescript, encoding: .utf8)
    // The first and the last line are the program's own.
    return text.split(separator: "\n").dropFirst().filter { !$0.hasPrefix("Script done") }
      .joined(separator: "\n")
  }

  struct NotBuilt: Error, CustomStringConvertible {
    let searched: [String]
    var description: String { "no program spin in or above \(searched)" }
  }

  /// The program beside the bundle of these tests: built with them, in their configuration.
  private static func located() throws -> URL {
    let bundles = Bundle.allBundles.map(\.bundleURL) + [URL(filePath: CommandLine.arguments[0])]
    for bundle in bundles {
      var folder = bundle
      for _ in 0..<5 {
        folder.deleteLastPathComponent()
        let candidate = folder.appending(path: "spin")
        let path = candidate.path(percentEncoded: false)
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type]
        if type as? FileAttributeType == .typeRegular { return candidate }
      }
    }
    throw NotBuilt(searched: bundles.map { $0.path(percentEncoded: false) })
  }
}
