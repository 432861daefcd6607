// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINTokenization

/// Lets the scripts beside it use our tokenizer; no part of the product.
///
///     tokenizer-probe encode DIRECTORY|FILE < strings > ids
///     tokenizer-probe chat DIRECTORY < conversations > texts
///     tokenizer-probe offsets DIRECTORY|FILE < strings > tokens
///     tokenizer-probe match PATTERN < strings > ranges
///     tokenizer-probe time DIRECTORY TEXT_FILE RUNS
///
/// `encode` reads strings, each as a 32-bit little-endian byte count and UTF-8. For each it writes a
/// count and the ids without special tokens, the same with them, and the text of the latter, once
/// whole and once without special tokens, each as a byte count and UTF-8.
///
/// `offsets` writes for each string the tokens with special tokens: a count, and id, start and end of
/// each, in scalars.
///
/// `match` writes for each string a count, and start and end of each match of a regular expression,
/// in bytes.
///
/// `time` prints a JSON line for each run: seconds to load, seconds to encode, and the ids' count.
@main
enum TokenizerProbe {
  static func main() {
    do {
      let arguments = CommandLine.arguments
      switch arguments.dropFirst().first {
      case "encode" where arguments.count == 3: try encode(arguments[2])
      case "chat" where arguments.count == 3: try ChatRendering.run(arguments[2])
      case "offsets" where arguments.count == 3: try offsets(arguments[2])
      case "match" where arguments.count == 3: try match(arguments[2])
      case "time" where arguments.count == 5:
        try time(arguments[2], arguments[3], runs: Int(arguments[4]) ?? 1)
      default:
        throw SPINError(
          .usage,
          "expected: encode or offsets DIRECTORY|FILE, chat DIRECTORY, match PATTERN, or time DIRECTORY "
            + "TEXT_FILE RUNS")
      }
    } catch {
      FileHandle.standardError.write(Data("tokenizer-probe: \(error)\n".utf8))
      exit((error as? SPINError)?.code.exitStatus ?? 1)
    }
  }

  private static func tokenizer(_ path: String) throws -> Tokenizer {
    if path.hasSuffix(".json") { return try Tokenizer(jsonFile: path) }
    if path.hasSuffix(".model") { return try Tokenizer(sentencePieceFile: path) }
    return try Tokenizer(directory: path)
  }

  private static func encode(_ path: String) throws {
    let tokenizer = try tokenizer(path)
    var output = ProbeOutput()
    try forEachString { text in
      let plain = tokenizer.encode(utf8: text, addSpecialTokens: false)
      let whole = tokenizer.encode(utf8: text)
      for ids in [plain, whole] {
        output.append(ids.count)
        for id in ids { output.append(Int(id)) }
      }
      output.append(tokenizer.decode(whole, skipSpecialTokens: false))
      output.append(tokenizer.decode(whole, skipSpecialTokens: true))
    }
    output.write()
  }

  private static func offsets(_ path: String) throws {
    let tokenizer = try tokenizer(path)
    var output = ProbeOutput()
    try forEachString { text in
      let tokens = tokenizer.tokens(of: String(decoding: text, as: UTF8.self))
      output.append(tokens.count)
      for token in tokens {
        output.append(Int(token.id))
        output.append(token.scalarRange.lowerBound)
        output.append(token.scalarRange.upperBound)
      }
    }
    output.write()
  }

  private static func match(_ pattern: String) throws {
    let program = try PatternProgram(pattern)
    var output = ProbeOutput()
    try forEachString { text in
      let matches = program.matches(in: text)
      output.append(matches.count)
      for match in matches {
        output.append(match.lowerBound)
        output.append(match.upperBound)
      }
    }
    output.write()
  }

  /// Calls `body` with each string of standard input.
  private static func forEachString(_ body: ([UInt8]) -> Void) throws {
    let input = try [UInt8](FileHandle.standardInput.readToEnd() ?? Data())
    var index = 0
    while index + 4 <= input.count {
      let count = (0..<4).reduce(0) { $0 | Int(input[index + $1]) << (8 * $1) }
      index += 4
      body(Array(input[index..<index + count]))
      index += count
    }
  }

  private static func time(_ directory: String, _ textFile: String, runs: Int) throws {
    guard let data = FileManager.default.contents(atPath: textFile) else {
      throw SPINError(.missingInput, at: textFile, "cannot be read")
    }
    let text = String(decoding: data, as: UTF8.self)
    let clock = ContinuousClock()
    for _ in 0..<runs {
      var loaded: Tokenizer?
      let load = try clock.measure { loaded = try Tokenizer(directory: directory) }
      guard let tokenizer = loaded else { continue }
      var count = 0
      let encode = clock.measure { count = tokenizer.encode(text).count }
      print(
        "{\"load_seconds\": \(load / .seconds(1)), \"encode_seconds\": \(encode / .seconds(1)),"
          + " \"tokens\": \(count), \"bytes\": \(data.count)}")
    }
  }
}

/// What is written to standard output at the end.
private struct ProbeOutput {
  private var bytes: [UInt8] = []

  mutating func append(_ value: Int) {
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(value >> shift & 0xFF)) }
  }

  mutating func append(_ text: String) {
    append(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  func write() { FileHandle.standardOutput.write(Data(bytes)) }
}
