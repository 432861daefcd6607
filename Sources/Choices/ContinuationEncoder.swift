// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation
public import SPINLanguageModel
package import SPINLikelihood
import SPINTemplates
public import SPINTokenization
import SPINTransformer

/// Cuts context and continuation into tokens as lm-eval does.
///
/// Whitespace at the end of the context moves to the continuation. Then the two are tokenized
/// together, and what goes beyond the tokens of the context alone is the continuation; so a word
/// is never torn. Before an empty context stands BOS, or EOS where there is no BOS. What is too
/// long for the model loses tokens at its beginning.
///
/// - Source: lm-eval 0.4.13, `TemplateLM._encode_pair` and `HFLM._loglikelihood_tokens`.
public struct ContinuationEncoder: Sendable {
  private let tokenizer: Tokenizer
  private let positionCount: Int
  private let prefix: Int32?
  private let prefixText: String

  /// The encoder of a model.
  public init(_ model: LanguageModel) {
    self.init(
      model.tokenizer, positionCount: model.decoder.configuration.maxPositionEmbeddings)
  }

  /// The encoder of a tokenizer.
  ///
  /// - Parameter positionCount: Positions that the model has.
  public init(_ tokenizer: Tokenizer, positionCount: Int) {
    self.tokenizer = tokenizer
    self.positionCount = positionCount
    prefix = tokenizer.bosID ?? tokenizer.eosID
    prefixText = prefix.map { tokenizer.decode([$0], skipSpecialTokens: false) } ?? ""
  }

  /// The tokens of a context and of what follows it; neither is empty.
  ///
  /// - Throws: `SPINError` where the continuation adds no token, is longer than the model, or nothing
  ///   stands before it.
  public func encode(
    context: String, continuation: String
  ) throws -> (context: [Int32], continuation: [Int32]) {
    let (context, continuation) = try split(context, continuation)
    guard !context.isEmpty else { throw failure("nothing predicts its first token", continuation) }
    guard !continuation.isEmpty else {
      throw failure("it adds no token to the text before it", continuation)
    }
    guard continuation.count <= positionCount else {
      throw failure("has \(continuation.count) tokens, the model \(positionCount)", continuation)
    }
    // The last token predicts nothing, so one more than there are positions fits.
    return (Array(context.suffix(positionCount + 1 - continuation.count)), continuation)
  }

  /// Several continuations of one text, in parts that share the tokens of the context.
  ///
  /// - Returns: The parts; their continuations are those given, in order.
  package func encode(
    context: String, continuations: [String]
  ) throws -> [TokenContinuations] {
    var parts: [(context: [Int32], continuations: [[Int32]])] = []
    for continuation in continuations {
      let (context, tokens) = try encode(context: context, continuation: continuation)
      if let last = parts.last, last.context == context {
        parts[parts.count - 1].continuations.append(tokens)
      } else {
        parts.append((context, [tokens]))
      }
    }
    return parts.map { TokenContinuations(context: $0.context, continuations: $0.continuations) }
  }

  private func split(_ context: String, _ continuation: String) throws -> ([Int32], [Int32]) {
    guard !context.isEmpty else {
      let tokens = tokenizer.encode(continuation, addSpecialTokens: false)
      if let prefix, tokens.first != prefix { return ([prefix], tokens) }
      return (Array(tokens.prefix(1)), Array(tokens.dropFirst()))
    }
    let (text, spaces) = PythonText.strippedEnd(context)
    let whole = encode(text + spaces + continuation)
    let begin = encode(text)
    return (begin, Array(whole.dropFirst(begin.count)))
  }

  /// Special tokens are put around a text as the tokenizer does, unless it begins with BOS already.
  private func encode(_ text: String) -> [Int32] {
    let hasPrefix = !prefixText.isEmpty && text.utf8.starts(with: prefixText.utf8)
    return tokenizer.encode(text, addSpecialTokens: !hasPrefix)
  }

  private func failure(_ message: String, _ continuation: [Int32]) -> SPINError {
    let text = tokenizer.decode(Array(continuation.prefix(20)), skipSpecialTokens: false)
    return SPINError(.malformedInput, at: "the choice \"\(text)\"", message)
  }
}
