// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINTransformer

extension LoReFT {
  /// A decoder whose hidden states this adapter changes; the given one is left unchanged.
  ///
  /// - Throws: `SPINError` that says what does not fit, or that the decoder has an adapter of this kind already.
  public func edited(_ decoder: Decoder) throws -> Decoder {
    try shape.check(decoder.configuration)
    guard decoder.interventions == nil else {
      throw SPINError(.usage, "the model has an adapter of this kind already")
    }
    return decoder.adding(computed)
  }
}
