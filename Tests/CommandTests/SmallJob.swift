// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport

/// A folder with a model of some thousand weights, its tokenizer and three data sets: what a job
/// needs, in a few milliseconds, and the same bytes whenever a message about it is asked for.
struct SmallJob {
  static let dataSets = ["privacy", "fairness", "general"]
  private let directory: TemporaryDirectory

  /// - Parameter family: One of the pinned models.
  init(family: String = "llama") throws {
    directory = try TemporaryDirectory()
    let fixture = Fixture.root + "/models/" + family
    try FileManager.default.createDirectory(
      atPath: model, withIntermediateDirectories: false)
    for name in try FileManager.default.contentsOfDirectory(atPath: fixture)
    where name == "config.json" || name.hasPrefix("model") {
      try FileManager.default.copyItem(
        atPath: fixture + "/" + name, toPath: model + "/" + name)
    }
    try write(Self.tokenizer.utf8, to: model + "/tokenizer.json")
    for name in Self.dataSets { try write(Self.table(name).utf8, to: data(name)) }
  }

  /// The folder that holds everything.
  var path: String { directory.path }
  var model: String { path + "/model" }
  var weights: String { model + "/model.safetensors" }
  var configuration: String { model + "/config.json" }
  /// Where results go; absent at first.
  var out: String { path + "/out" }

  func data(_ name: String) -> String { "\(path)/\(name).csv" }

  /// The arguments that describe the job: eight samples of each data set, every matrix.
  var scoring: [String] {
    [model] + Self.dataSets.flatMap { ["--data", "\($0)=\(data($0))"] }
      + ["--nsamples", "8", "--target-module", "all", "--threads", "1"]
  }

  /// `spin run` on it.
  var run: [String] { ["run"] + scoring + ["--count", "30", "--out", out] }

  /// `spin score` on it.
  var score: [String] { ["score"] + scoring + ["--out", out] }

  /// A text with DIR in place of the folder, which differs from run to run.
  func masked(_ text: String) -> String {
    text.replacing(path, with: "DIR")
  }

  /// Replaces a text in a file, which has to be there.
  func replace(_ old: String, with new: String, in file: String) throws {
    let before = try text(of: file)
    guard let range = before.firstRange(of: old) else { throw Absent(text: old, file: file) }
    try write(before.replacingCharacters(in: range, with: new).utf8, to: file)
  }

  /// Replaces a text in the header of the weights and corrects its length.
  func replaceInHeader(_ old: String, with new: String) throws {
    let (header, data) = try splitWeights()
    guard let range = header.firstRange(of: old) else { throw Absent(text: old, file: weights) }
    try writeWeights(header.replacingCharacters(in: range, with: new), data)
  }

  /// The header of the weights, without padding, and the data.
  func splitWeights() throws -> (header: String, data: ArraySlice<UInt8>) {
    let all = try bytes(of: weights)
    let length = (0..<8).reduce(0) { $0 | Int(all[$1]) << (8 * $1) }
    return (String(decoding: all[8..<8 + length], as: UTF8.self), all[(8 + length)...])
  }

  /// Weights of any header, valid or not.
  func writeWeights(_ header: String, _ data: ArraySlice<UInt8>, length: UInt64? = nil) throws {
    let count = length ?? UInt64(header.utf8.count)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) }
    try write(prefix + Array(header.utf8) + Array(data), to: weights)
  }

  struct Absent: Error {
    let text: String
    let file: String
  }

  private static func table(_ name: String) -> String {
    let letters = "abcdefghijkl"
    let rows = letters.map { "what is \(name) \($0)?,the \(name) of \($0) is fine.\n" }
    return "prompt,response\n" + rows.joined()
  }

  /// Byte-level BPE of the letters and five merges, 36 entries: fewer than any fixture has.
  private static let tokenizer: String = {
    let merges = [["t", "h"], ["th", "e"], ["Ġ", "the"], ["i", "n"], ["Ġ", "a"]]
    let symbols = ["<s>", "<unk>", "Ġ", "?", "."] + "abcdefghijklmnopqrstuvwxyz".map { String($0) }
    let entries = (symbols + merges.map { $0.joined() }).enumerated()
      .map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    let pairs = merges.map { "[\"\($0[0])\", \"\($0[1])\"]" }.joined(separator: ", ")
    return """
      {
        "version": "1.0",
        "added_tokens": [
          {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
           "normalized": false, "special": true}
        ],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
        "post_processor": null,
        "decoder": {"type": "ByteLevel"},
        "model": {
          "type": "BPE", "unk_token": null, "byte_fallback": false, "ignore_merges": false,
          "vocab": {\(entries)},
          "merges": [\(pairs)]
        }
      }
      """
  }()
}
