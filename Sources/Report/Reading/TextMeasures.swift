// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// `perplexity.json`: how well a text is predicted.
struct PerplexityMeasure {
  /// One model.
  struct Value {
    let perplexity: Double
    let bitsPerByte, wordPerplexity: Double?
    let window, predictedTokens, droppedTokens: Int
    /// The mean loss of each window in nats.
    let windowLosses: [Double]
  }

  let file: MeasureFile
  let values: Sides<Value>
  /// After over before with its interval; nil for one model.
  let ratio: (value: Double, lower: Double?, upper: Double?)?
  /// How the interval came about.
  let method: String?

  init?(in folder: String) throws {
    guard let file = try MeasureFile("perplexity", in: folder) else { return nil }
    self.file = file
    values = try Sides(file.members) { try Value($0) }
    let comparison = try file.members.optional("comparison", as: JSONObject.self)
    ratio = try comparison.map {
      (
        try $0.required("ratio"), try $0.optional("ratio_lower"), try $0.optional("ratio_upper")
      )
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

extension PerplexityMeasure.Value {
  init(_ object: JSONObject) throws {
    perplexity = try object.required("perplexity")
    bitsPerByte = try object.optional("bits_per_byte")
    wordPerplexity = try object.optional("word_perplexity")
    window = try object.required("settings", as: JSONObject.self).required("window")
    predictedTokens = try object.required("predicted_tokens")
    droppedTokens = try object.required("dropped_tokens")
    windowLosses = try object.required("window_losses")
  }
}

/// `divergence.json`: how far the edit moves what the model expects.
struct DivergenceMeasure {
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
