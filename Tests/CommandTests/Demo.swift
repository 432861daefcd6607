// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport

/// The model and data of `spin demo`, written once.
///
/// A model large enough to be interrupted, its data, and the results of an uninterrupted run.
struct Demo: Sendable {
  private let directory: TemporaryDirectory
  /// How that run ended.
  let status: Int32

  static func shared() throws -> Demo { try made.get() }

  private static let made: Result<Demo, any Error> = Result {
    let directory = try TemporaryDirectory()
    // Nothing is released when a process ends.
    atexit { Demo.removeShared() }
    let written = try Program.run(["demo", "--dry-run", "--out", directory.file("demo")])
    guard written.status == 0 else { return Demo(directory: directory, status: written.status) }
    let demo = Demo(directory: directory, status: 0)
    let outcome = try Program.run(demo.run + ["--out", demo.path + "/run", "--threads", "2"])
    return Demo(directory: directory, status: outcome.status)
  }

  private init(directory: TemporaryDirectory, status: Int32) {
    self.directory = directory
    self.status = status
  }

  private static func removeShared() {
    guard let demo = try? made.get() else { return }
    try? FileManager.default.removeItem(atPath: demo.directory.path)
  }

  var path: String { directory.file("demo") }
  var model: String { path + "/model" }
  var scores: String { path + "/run/scores" }
  var patch: String { path + "/run/patch.json" }
  var selection: String { path + "/run/selection.json" }

  /// The arguments that describe the demo's scoring.
  var scoring: [String] {
    [model] + SmallJob.dataSets.flatMap { ["--data", "\($0)=\(path)/\($0).csv"] }
      + ["--target-module", "all"]
  }

  /// `spin run` with the demo's selection.
  var run: [String] { ["run"] + scoring + ["--p", "1e-3", "--q", "1e-3"] }
}
