// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStatistics

/// `perplexity.json`: how well a text is predicted.
struct PerplexityReading {
  /// The values of one model.
  struct Value {
    let perplexity: Double
    let bitsPerByte, wordPerplexity: Double?
    let window, predictedTokens, droppedTokens: Int
    /// The number of tokens that a limit left out; nil in files of earlier versions.
    let leftOutTokens: Int?
    /// The model's number of positions, if the window is a default below it; otherwise nil.
    let positions: Int?
    /// The mean loss of each window, in nats.
    let windowLosses: [Double]
  }

  let file: MeasureFile
  let values: Sides<Value>
  /// After divided by before, with its interval; nil for one model.
  let ratio: (value: Double, lower: Double?, upper: Double?)?
  /// Why the ratio has no interval, such as "too few windows"; nil if it has one or there is no
  /// ratio.
  let missingInterval: String?
  /// The p-value of the paired windows' losses; nil for one model or too few windows.
  let pValue: Double?
  /// The method of the interval.
  let method: String?

  init?(in folder: String) throws {
    guard let file = try MeasureFile("perplexity", in: folder) else { return nil }
    self.file = file
    values = try Sides(file.members) { try Value($0) }
    let comparison = try file.members.optional("comparison", as: JSONObject.self)
    let ratio = try comparison.map {
      (
        value: try $0.required("ratio", as: Double.self),
        lower: try $0.optional("ratio_lower", as: Double.self),
        upper: try $0.optional("ratio_upper", as: Double.self)
      )
    }
    // Files of earlier versions have intervals for any number of windows.
    let isKnown =
      values.last.windowLosses.count >= Evidence.minimumCount && ratio?.lower != nil
      && ratio?.upper != nil
    if let ratio, let comparison, !isKnown {
      let status = try comparison.optional("interval_status", as: String.self)
      self.ratio = (ratio.value, nil, nil)
      missingInterval =
        status.flatMap { $0 == "known" ? nil : $0 } ?? EvidenceText.tooFew("windows")
      // If no window changed, there is a test without an interval.
      let isTested = values.last.windowLosses.count >= Evidence.minimumCount
      pValue = isTested ? try comparison.optional("p_value") : nil
    } else {
      self.ratio = ratio
      missingInterval = nil
      pValue = try comparison?.optional("p_value") ?? values.pValue
    }
    method = try comparison?.optional("method")
    if case .both(let before, let after) = values,
      before.windowLosses.count != after.windowLosses.count
    {
      throw file.members.failure(
        "after.window_losses",
        "has \(after.windowLosses.count) windows, before has \(before.windowLosses.count)")
    }
  }
}

extension Sides<PerplexityReading.Value> {
  /// The p-value of the windows' losses, computed for files of earlier versions, which lack it.
  fileprivate var pValue: Double? {
    guard case .both(let before, let after) = self,
      before.windowLosses.count == after.windowLosses.count, !after.windowLosses.isEmpty
    else { return nil }
    return PairedBootstrap(
      differences: zip(before.windowLosses, after.windowLosses).map { $1 - $0 }
    ).pValues.twoSided
  }
}

extension PerplexityReading.Value {
  init(_ object: JSONObject) throws {
    perplexity = try object.required("perplexity")
    bitsPerByte = try object.optional("bits_per_byte")
    wordPerplexity = try object.optional("word_perplexity")
    window = try object.required("settings", as: JSONObject.self).required("window")
    predictedTokens = try object.required("predicted_tokens")
    droppedTokens = try object.required("dropped_tokens")
    leftOutTokens = try object.optional("left_out_tokens")
    let settings = try object.required("settings", as: JSONObject.self)
    let isDefault = try settings.optional("window_is_default", as: Bool.self) ?? false
    let stated: Int? = try settings.optional("positions")
    positions = isDefault ? stated.flatMap { [window] in $0 > window ? $0 : nil } : nil
    windowLosses = try object.required("window_losses")
  }
}

/// `divergence.json`: how far the edit moves the distribution of the next token, in nats.
struct DivergenceReading {
  let file: MeasureFile
  let mean, median, percentile99, maximum: Double
  let positions, window: Int

  init?(in folder: String) throws {
    guard let file = try MeasureFile("divergence", in: folder) else { return nil }
    self.file = file
    let result = try file.members.required("result", as: JSONObject.self)
    mean = try result.required("mean_kl")
    median = try result.required("median_kl")
    percentile99 = try result.required("p99_kl")
    maximum = try result.required("max_kl")
    positions = try result.required("positions")
    window = try result.required("settings", as: JSONObject.self).required("window")
  }
}

extension PerplexityReading: KnownMeasureReading {
  static let document = "perplexity"

  static func missing(_ run: ReportedRun, _ command: MissingMeasure.Command) -> MissingMeasure? {
    MissingMeasure(
      what: "perplexity",
      command: "spin evaluate perplexity MODEL\(command.patch) --text FILE \(command.out)")
  }

  func section(of run: ReportedRun, id: String) -> Section? { TextSections.perplexity(run, id: id) }
}

extension DivergenceReading: KnownMeasureReading {
  static let document = "divergence"

  static func missing(_ run: ReportedRun, _ command: MissingMeasure.Command) -> MissingMeasure? {
    run.isEdited
      ? MissingMeasure(
        what: "divergence of the next token",
        command: "spin evaluate divergence MODEL\(command.patch) --text FILE \(command.out)") : nil
  }

  func section(of run: ReportedRun, id: String) -> Section? { TextSections.divergence(run, id: id) }
}
