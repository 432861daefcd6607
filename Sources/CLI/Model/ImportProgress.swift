// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// Shows on standard error how many bytes are written: one line that changes on a terminal, otherwise a
/// plain line every ten seconds.
final class ImportProgress {
  private let total: Int
  private let isQuiet: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant
  private var isShown = false

  init(total: Int, isQuiet: Bool) {
    self.total = total
    self.isQuiet = isQuiet
    start = clock.now
    lastShown = clock.now
  }

  func advance(to count: Int) {
    let interval: Duration = StandardError.isTerminal ? .milliseconds(200) : .seconds(10)
    guard !isQuiet, clock.now - lastShown >= interval else { return }
    lastShown = clock.now
    isShown = true
    let left = seconds / Double(max(1, count)) * Double(total - count)
    let line =
      "import   \(ByteCount.text(count)) of \(ByteCount.text(total))  "
      + "\(ByteCount.text(Int(Double(count) / seconds)))/s  \(ScoringProgressReporter.time(left)) left"
    StandardError.showProgress(line)
  }

  /// Does the work; the changing line is cleared however it ends.
  func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    defer { if isShown { StandardError.clearProgress() } }
    let result = try body()
    if !isQuiet {
      StandardError.write("import   done in \(ScoringProgressReporter.time(seconds))\n")
    }
    return result
  }

  private var seconds: Double { max(1e-9, (clock.now - start) / .seconds(1)) }
}
