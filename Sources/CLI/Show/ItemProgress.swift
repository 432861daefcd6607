// SPDX-License-Identifier: Apache-2.0

/// Shows on standard error how many items are done: one line that changes on a terminal, otherwise a
/// plain line every ten seconds.
final class ItemProgress {
  private let name: String
  private var total: Int
  private let isQuiet: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant
  private var isShown = false
  private var count = 0
  private var tokens = 0
  private var drafted = 0
  private var partly = 0.0

  init(_ name: String, total: Int, isQuiet: Bool) {
    self.name = name
    self.total = total
    self.isQuiet = isQuiet
    start = clock.now
    lastShown = clock.now
  }

  /// Counts an item.
  ///
  /// - Parameters:
  ///   - more: Its tokens.
  ///   - foretold: How many of them a draft foretold.
  func advance(tokens more: Int = 0, drafted foretold: Int = 0) {
    count += 1
    tokens += more
    drafted += foretold
    partly = max(0, partly - 1)
    show()
  }

  private func show() {
    let interval: Duration = StandardError.isTerminal ? .milliseconds(200) : .seconds(10)
    guard !isQuiet, clock.now - lastShown >= interval else { return }
    lastShown = clock.now
    isShown = true
    StandardError.showProgress(line)
  }

  /// Shows that some items are done in part.
  ///
  /// - Parameters:
  ///   - share: How many items' worth.
  ///   - total: How many items there are; nil where that is known.
  func show(partly share: Double, of total: Int? = nil) {
    if let total { self.total = total }
    partly = share
    show()
  }

  /// Counts an item, of as many.
  func advance(of total: Int) {
    self.total = total
    advance()
  }

  /// Does the work that is counted; the line is taken away however it ends.
  func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    do {
      let result = try body()
      finish()
      return result
    } catch {
      clear()
      throw error
    }
  }

  /// Takes the changing line away.
  func clear() {
    if isShown { StandardError.clearProgress() }
  }

  /// Says that the work is done, and how long it took.
  func finish() {
    clear()
    guard !isQuiet else { return }
    var rate = tokens > 0 ? ", \(Decimals.text(Double(tokens) / seconds, 1)) tokens/s" : ""
    if drafted > 0 {
      // The token that ends a text may be foretold, and is none of it.
      let share = min(1, Double(drafted) / Double(max(1, tokens)))
      rate += ", \(Decimals.text(100 * share, 0))% as drafted"
    }
    StandardError.write(
      "\(padded)\(count) in \(ScoringProgressReporter.time(seconds))\(rate)\n")
  }

  private var seconds: Double { max(1e-9, (clock.now - start) / .seconds(1)) }
  private var padded: String { name + String(repeating: " ", count: max(1, 9 - name.count)) }

  private var line: String {
    let done = Double(count) + partly
    let left = seconds / max(0.01, done) * (Double(total) - done)
    let shown = partly > 0 && total < 100 ? Decimals.text(done, 2) : "\(count)"
    let rate = tokens > 0 ? "  \(Decimals.text(Double(tokens) / seconds, 1)) tokens/s" : ""
    return "\(padded)\(shown)/\(total)\(rate)  \(ScoringProgressReporter.time(left)) left"
  }
}
