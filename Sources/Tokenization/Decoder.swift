// SPDX-License-Identifier: Apache-2.0

/// A step that converts tokens back to text.
enum DecodingStep: Sendable {
  /// Replaces each occurrence of a text in each token.
  case replace([UInt8], with: [UInt8])
  /// Converts runs of tokens `<0x..>` to the text that their bytes encode.
  case byteFallback
  /// Joins all tokens into one.
  case fuse
  /// Removes up to a number of occurrences of a text at the ends of each token.
  case strip([UInt8], start: Int, stop: Int)
  /// Turns each replacement into a space, or, in the first token if `dropsFirst`, into nothing.
  case metaspace(replacement: [UInt8], dropsFirst: Bool)
  /// Joins all tokens and converts the characters of `ByteAlphabet` to bytes.
  case byteLevel

  /// The name of the step in `tokenizer.json`.
  var name: String {
    switch self {
    case .replace: "Replace"
    case .byteFallback: "ByteFallback"
    case .fuse: "Fuse"
    case .strip: "Strip"
    case .metaspace: "Metaspace"
    case .byteLevel: "ByteLevel"
    }
  }

  func apply(to tokens: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
    switch self {
    case .replace(let pattern, let content):
      return tokens.map { replacing(pattern, with: content, in: Array($0))[...] }
    case .byteFallback: return Self.joinBytes(tokens)
    case .fuse: return [Array(tokens.joined())[...]]
    case .strip(let content, let start, let stop):
      return tokens.map { Self.strip($0, content, start, stop) }
    case .metaspace(let replacement, let dropsFirst):
      return tokens.enumerated().map { index, token in
        let space: [UInt8] = index == 0 && dropsFirst ? [] : [0x20]
        return replacing(replacement, with: space, in: Array(token))[...]
      }
    case .byteLevel:
      var bytes: [UInt8] = []
      for token in tokens { ByteAlphabet.appendBytes(spelledBy: token, to: &bytes) }
      // Invalid UTF-8 is repaired here, not at the end, because later steps work on text.
      return [Array(String(decoding: bytes, as: UTF8.self).utf8)[...]]
    }
  }

  /// Converts each run of byte tokens to text; a run that is not well-formed UTF-8 becomes one
  /// U+FFFD per byte.
  private static func joinBytes(_ tokens: [ArraySlice<UInt8>]) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var run: [UInt8] = []
    func flush() {
      guard !run.isEmpty else { return }
      if let text = String(validating: run, as: UTF8.self) {
        result.append(Array(text.utf8)[...])
      } else {
        for _ in run { result.append([0xEF, 0xBF, 0xBD]) }
      }
      run.removeAll()
    }
    for token in tokens {
      if let byte = fallbackByte(token) {
        run.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }

  /// The byte of a token such as `<0x0A>`; nil for other tokens.
  private static func fallbackByte(_ token: ArraySlice<UInt8>) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: token.dropFirst(3).dropLast(), as: UTF8.self), radix: 16)
  }

  private static func strip(
    _ token: ArraySlice<UInt8>, _ content: [UInt8], _ start: Int, _ stop: Int
  ) -> ArraySlice<UInt8> {
    var rest = token
    for _ in 0..<start where rest.starts(with: content) { rest = rest.dropFirst(content.count) }
    for _ in 0..<stop where rest.suffix(content.count).elementsEqual(content) {
      rest = rest.dropLast(content.count)
    }
    return rest
  }
}
