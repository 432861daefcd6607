// SPDX-License-Identifier: Apache-2.0

import SPINLanguageModel

extension CalibrationEncoding {
  /// How a model turns prompts and responses into tokens.
  ///
  /// - Parameters:
  ///   - endOfResponse: The token put after every raw response; a chat template ends a turn itself.
  init(_ model: LanguageModel, _ format: PromptFormat, endOfResponse: Int32? = nil) {
    self.init(
      model.tokenizer, model.decoder.configuration, format, endOfResponse: endOfResponse)
  }

  /// The same with the tokenizer and the configuration given separately.
  init(
    _ tokenizer: Tokenizer, _ model: DecoderConfiguration, _ format: PromptFormat,
    endOfResponse: Int32? = nil
  ) {
    self.init(
      beginningOfSequence: tokenizer.addsBOS ? tokenizer.bosID : nil,
      vocabularySize: model.vocabularySize, positionCount: model.maxPositionEmbeddings,
      endOfResponse: endOfResponse, encode: { tokenizer.encode($0) })
    guard case .chat(let chat) = format else { return }
    encodePair = { try chat.turn(prompt: $0, response: $1, tokenizer) }
    promptFormat = chat.identity.serialized(indented: false)
  }
}
