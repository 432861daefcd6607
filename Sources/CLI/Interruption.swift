// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINStorage
import Synchronization

/// Ctrl+C: the first one is a wish to stop, which long steps look for many times a second; a second one ends the
/// program at once.
///
/// What is said then is said here, once for all commands: whether the same command resumes.
enum Interruption {
  private static let isWished = Atomic<Bool>(false)
  private static let isAnswering = Atomic<Bool>(false)
  private static let isResumable = Atomic<Bool>(false)

  /// Whether the user asked to stop.
  static var wasRequested: Bool { isWished.load(ordering: .relaxed) }

  /// Ends the program with a message until a command listens: from its first moment on, and in commands that are
  /// done before anybody could wish to stop.
  static func expect(_ arguments: [String]) {
    isResumable.store(Resumption(arguments).keepsWork, ordering: .relaxed)
    _ = wasRequested  // made here, not in the handler
    signal(SIGINT) { _ in
      if Interruption.isResumable.load(ordering: .relaxed) {
        SignalNotice.write("\nspin: stopped; run the same command again to resume\n")
      } else {
        SignalNotice.write("\nspin: stopped; the same command starts over\n")
      }
      _exit(130)
    }
  }

  /// Listens from now on.
  static func listen() {
    _ = wasRequested
    signal(SIGINT) { _ in
      if Interruption.isWished.exchange(true, ordering: .relaxed) { _exit(130) }
      SignalNotice.write("\nspin: stopping; Ctrl+C again ends at once\n")
    }
  }

  /// Listens in a conversation: during an answer Ctrl+C ends that answer, at the prompt the program.
  static func listenInConversation() {
    _ = (wasRequested, isAnswering.load(ordering: .relaxed))
    signal(SIGINT) { _ in
      if !Interruption.isAnswering.load(ordering: .relaxed)
        || Interruption.isWished.exchange(true, ordering: .relaxed)
      {
        SignalNotice.write("\n")
        _exit(130)
      }
    }
  }

  /// Does the work of one answer.
  ///
  /// - Returns: Whether it finished; false where Ctrl+C ended it.
  static func answering(_ body: () throws -> Void) throws -> Bool {
    isWished.store(false, ordering: .relaxed)
    isAnswering.store(true, ordering: .relaxed)
    defer { isAnswering.store(false, ordering: .relaxed) }
    do {
      try body()
      return true
    } catch let error as SPINError where error.code == .interrupted {
      return false
    }
  }

  /// What an interruption of a command comes to: its message, and whether the command resumes.
  static func described(_ error: SPINError, _ arguments: [String]) -> SPINError {
    error.remedy == nil ? error.advising(Resumption(arguments).advice) : error
  }
}

/// What becomes of an interrupted command when it is typed again.
enum Resumption: Equatable {
  /// The same command resumes.
  case resumes
  /// It would resume with a folder to store what is finished.
  case resumesWithFolder
  /// What was downloaded is there.
  case keepsDownloads
  /// The texts that were printed are whole; it starts over.
  case printsAgain
  /// It starts over; nothing was written.
  case startsOver

  private static let always = [["run"], ["score"], ["sweep"], ["compare"], ["train"]]
  private static let withFolder = [
    "awareness", "judge", "choices", "perplexity", "divergence",
  ].map { ["evaluate", $0] }
  private static let downloads = [["model", "fetch"], ["data", "fetch"]]

  /// What holds for a command line.
  init(_ arguments: [String]) {
    func isAny(of commands: [[String]]) -> Bool {
      commands.contains { arguments.starts(with: $0) }
    }
    if isAny(of: Self.always) {
      self = .resumes
    } else if isAny(of: Self.withFolder) {
      self = TypedOptions(arguments).has("--out") ? .resumes : .resumesWithFolder
    } else if isAny(of: Self.downloads) {
      self = .keepsDownloads
    } else {
      self = arguments.first == "generate" ? .printsAgain : .startsOver
    }
  }

  /// Whether the same command has less to do than before.
  var keepsWork: Bool { self == .resumes || self == .keepsDownloads }

  /// What to do, for the message.
  var advice: String {
    switch self {
    case .resumes: "what is finished is stored: run the same command again to resume"
    case .resumesWithFolder:
      "nothing is stored without --out: give it a folder to be able to resume"
    case .keepsDownloads: "downloaded data is stored: run the same command again to resume"
    case .printsAgain: "the texts above are whole, and the same command starts over"
    case .startsOver: "nothing was written, and the same command starts over"
    }
  }
}
