// SPDX-License-Identifier: Apache-2.0

/// One step from the texts of tokens back to text.
enum DecodingStep: Sendable {
  /// Replaces each occurrence of a text inside each token.
  case replace([UInt8], with: [UInt8])
  /// Joins tokens `<0x..>` into the text that their bytes are.
  case byteFallback
  /// Joins all tokens into one.
  case fuse
  /// Removes up to a number of occurrences of a text at the ends of each token.
  case strip([UInt8], start: Int, stop: Int)
  /// Turns the replacement into a space, or into nothing at the very start.
  case metaspace(replacement: [UInt8], dropsFirst: Bool)
  /// Reads tokens as spellings of bytes.
  case byteLevel

  /// What it is called in `tokenizer.json`.
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
      // Repaired here and not at the end: a later step works on text.
      return [Array(String(decoding: bytes, as: UTF8.self).utf8)[...]]
    }
  }

  /// Each run of byte tokens as text; a run that is not well-formed is U+FFFD for each byte.
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

  /// The byte of a token `<0x0A>`, nil for any other.
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
