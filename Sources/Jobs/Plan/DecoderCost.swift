// SPDX-License-Identifier: Apache-2.0

import SPINDecoderNames
import SPINLanguageModel

/// What one token costs a decoder, from its shape.
struct DecoderCost {
  /// Floating-point operations of a token's forward pass, the output projection included, attention to the
  /// tokens before it left out: it is a few percent where texts are short.
  let operationsPerToken: Double
  /// Bytes of all weights that a token needs.
  let weightBytes: Double

  init(_ configuration: DecoderConfiguration, elementBytes: Int) {
    var weights = Double(configuration.vocabularySize) * Double(configuration.hiddenSize)
    for projection in MatrixName.Projection.allCases {
      let (rows, columns) = configuration.shape(projection)
      weights += Double(rows) * Double(columns) * Double(configuration.layerCount)
    }
    operationsPerToken = 2 * weights
    weightBytes = weights * Double(elementBytes)
  }

  init(_ model: LanguageModel) {
    self.init(
      model.decoder.configuration,
      elementBytes: model.decoder.weights.head.elementType.byteCount)
  }
}
