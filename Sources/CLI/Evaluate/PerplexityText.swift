// SPDX-License-Identifier: Apache-2.0

import SPINJobs

extension PerplexityResult {
  /// The result in a few lines.
  var text: String {
    """
    perplexity     \(Decimals.text(value, 4))
    bits per byte  \(Decimals.text(bitsPerByte, 4))
    windows        \(windowText)
    """
  }

  /// How the text was cut, and what of it does not count.
  var windowText: String {
    var parts = ["\(windowLosses.count) of \(window.counted("token")), not overlapping"]
    if hasDefaultWindow, window < positionCount {
      parts.append("the default, where the model has \(positionCount) positions")
    }
    if leftOutTokenCount > 0 {
      parts.append("\(leftOutTokenCount.counted("token")) left out by the limit")
    }
    parts.append("\(droppedTokenCount.counted("token")) of the tail dropped")
    parts.append(beginsWithBOS ? "the text begins with BOS" : "no BOS")
    return parts.joined(separator: "; ")
  }
}

extension PerplexityChange {
  /// The comparison in a few lines.
  var text: String {
    let percent = { (ratio: Double) in Decimals.change(ratio - 1) }
    let interval =
      if let lower, let upper {
        "95% interval \(percent(lower)) to \(percent(upper))"
      } else {
        "no interval: \(missing?.rawValue ?? MissingInterval.tooFewWindows.rawValue)"
      }
    let p =
      pValues.map { values in
        let text = SelectionTable.brief(values.twoSided)
        return values.twoSided <= PairedBootstrap.smallestPValue ? ", p < \(text)" : ", p \(text)"
      } ?? ""
    return """
      perplexity     \(Decimals.text(before.value, 4)) -> \(Decimals.text(after.value, 4))  \
      \(percent(ratio)), \(interval)\(p)
      windows        \(after.windowText)
      """
  }
}

extension DivergenceResult {
  /// The result in a few lines.
  var text: String {
    """
    KL(untouched || edited), nats a token, at \(values.count) positions
    mean    \(Decimals.text(mean, 6))
    median  \(Decimals.text(quantile(0.5), 6))
    99%     \(Decimals.text(quantile(0.99), 6))
    max     \(Decimals.text(quantile(1), 6))
    """
  }
}
