// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A job with one thing wrong, and what the program says to it.
struct WrongInput: CustomTestStringConvertible {
  let testDescription: String
  let status: Int32
  /// All of standard error but "spin: " and the newline; DIR is the folder of the job.
  let message: String
  let spoil: @Sendable (SmallJob) throws -> Void

  init(
    _ description: String, _ status: Int32, _ message: String,
    _ spoil: @escaping @Sendable (SmallJob) throws -> Void
  ) {
    testDescription = description
    self.status = status
    self.message = message
    self.spoil = spoil
  }

  /// Runs the whole job and expects one clear message, the status, and that nothing was written.
  func check() throws {
    let job = try SmallJob()
    try spoil(job)
    let before = try FolderContents(of: job.path)
    let outcome = try Program.run(job.run)
    #expect(job.masked(outcome.standardError) == "spin: \(message)\n")
    #expect(outcome.status == status)
    #expect(outcome.standardOutput == "")
    #expect(try FolderContents(of: job.path) == before, "something was written")
  }
}
