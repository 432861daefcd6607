// SPDX-License-Identifier: Apache-2.0

/// Reports the windows of a text as items of a measure, from the first that there is to do.
final class WindowProgress {
  private let title: String
  private let report: (MeasureProgress) -> Void
  private var isBegun = false

  init(_ title: String, _ report: @escaping (MeasureProgress) -> Void) {
    self.title = title
    self.report = report
  }

  func partly(_ done: Double, of count: Int) {
    begin(count)
    report(.partly(done))
  }

  func advance(_ done: Int, of count: Int) {
    begin(count)
    report(.advanced(tokens: 0))
  }

  func end() { if isBegun { report(.ended) } }

  private func begin(_ count: Int) {
    if !isBegun { report(.began(title, count: count)) }
    isBegun = true
  }
}
