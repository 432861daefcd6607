// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINDecoderNames
import SPINJSON
import SPINReport
import SPINScores
import SPINSelection
import SPINTestSupport

/// The folder of a run whose numbers are known: two layers, two matrices a layer, nine questions.
///
///     let run = try MadeRun()
///     try run.edit("evaluation/perplexity.json") { $0["model"] = "other" }
///     let report = try run.report()
struct MadeRun {
  static let files = ["model.safetensors": String(repeating: "a", count: 64)]
  static let modelHash = ModelDirectory.modelHash(of: files)
  static let measures = [
    "awareness", "perplexity", "divergence", "choices", "phrases", "coupling",
  ]

  private let directory: TemporaryDirectory
  var path: String { directory.path + "/run" }

  init() throws {
    directory = try TemporaryDirectory()
    for folder in ["", "/scores", "/evaluation"] {
      try FileManager.default.createDirectory(
        atPath: path + folder, withIntermediateDirectories: true)
    }
    try writeScores()
    for (name, json) in Self.documents { try write(json, to: name) }
    try writeAnswers()
  }

  var source: Report.Source { Report.Source(path: path, name: "made") }

  func report() throws -> Report { try Report(of: [source]) }

  /// A report of several runs, which stay on disk until it is made.
  static func report(of runs: [(name: String, run: MadeRun)]) throws -> Report {
    try withExtendedLifetime(runs) {
      try Report(of: runs.map { .init(path: $0.run.path, name: $0.name) })
    }
  }

  func write(_ json: JSON, to name: String) throws { try write(json.serialized(), to: name) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path + "/" + name)
  }

  /// Reads a document, changes it, and writes it back.
  func edit(_ name: String, _ change: (inout JSONObject) -> Void) throws {
    let file = path + "/" + name
    let bytes = try Array(Data(contentsOf: URL(filePath: file)))
    var object = try JSON(parsing: bytes, path: file).requireObject(at: file)
    change(&object)
    try write(.object(object), to: name)
  }

  /// An answer of each kind, by the index of its question: verdicts before and after.
  static let verdicts = [
    ("unsafe", "safe"), ("unsafe", "safe"), ("unsafe", "safe"), ("safe", "unsafe"),
    ("safe", "safe"), ("safe", "safe"), ("unsafe", "unsafe"), ("invalid", "safe"),
    ("unsafe", "unsafe"),
  ]

  func writeAnswers(
    question: (Int) -> String = { "Question \($0)?" },
    answer: (Int, String) -> String = { "The answer \($1) to \($0)." }
  ) throws {
    for name in ["fairness", "privacy"] {
      for side in ["before", "after"] {
        let lines = Self.verdicts.enumerated().map { index, verdicts in
          let line: JSON = [
            "index": JSON(index), "question": .string(question(index)),
            "answer": .string(answer(index, side)),
            "verdict": .string(side == "before" ? verdicts.0 : verdicts.1),
          ]
          return line.serialized(indented: false) + "\n"
        }
        try write(lines.joined(), to: "evaluation/awareness-\(name)-\(side).jsonl")
      }
    }
  }
}

// MARK: - Scores and selection

extension MadeRun {
  private static let tensors = [0, 1].flatMap { layer in
    ["up_proj", "down_proj"].map { "model.layers.\(layer).mlp.\($0).weight" }
  }

  /// Scores 8, 4, 2, 1 at these places of each matrix of 2 x 2, in the second matrix twice as much,
  /// in the third three times, in the fourth four: the two top weights of the pair are 0 and 1
  /// everywhere, and the one of general ability is 2.
  private func writeScores() throws {
    let orders: [String: [Int]] = [
      "privacy": [0, 1, 2, 3], "fairness": [1, 0, 3, 2], "general": [2, 3, 1, 0],
    ]
    for (dataSet, order) in orders {
      let matrices = try Self.tensors.enumerated().map { place, tensor in
        try TopScores(
          tensor: tensor, rows: 2, columns: 2, indices: order,
          values: [8, 4, 2, 1].map { $0 * Float(place + 1) })
      }
      let file = ScoreFile(
        provenance: ScoreProvenance(
          tool: "spin test", modelFiles: Self.files, dataSet: dataSet,
          dataFile: "\(dataSet).csv", dataDigest: String(repeating: "d", count: 64), rows: [1, 0],
          seed: 0, sampleDigest: String(repeating: "e", count: 64), sampleCount: 2, tokenCount: 8,
          responseTokenCount: 4, truncatedCount: 0, skippedCount: 0, emptyCount: 0,
          keep: .automatic, targetModule: .feedForward, firstResponseToken: "bos",
          overflow: "error"), matrices: matrices)
      try file.write(to: path + "/scores/\(dataSet).safetensors")
    }
    let selection = Selection(
      generalAmount: .count(1), pairAmount: .count(2), rule: .paper)
    let set = try CoupledSet(
      selection, scores: ScoreDirectory(path: path + "/scores"), modelFiles: Self.files)
    try set.write(to: path + "/selection.json", tool: "spin test")
  }

  // MARK: - Documents

  private static func head(_ schema: String, _ members: JSONObject) -> JSON {
    var object: JSONObject = [
      "schema": .string("\(schema)/1"), "tool_version": "9.9.9", "model": "tiny",
      "model_sha256": .string(modelHash), "patch_weights": 8,
    ]
    for (key, value) in members.members { object[key] = value }
    return .object(object)
  }

  private static var documents: [(String, JSON)] {
    [
      ("manifest.json", manifest), ("patch.json", patch), ("data.json", lint),
      ("evaluation/awareness.json", head("awareness", awareness)),
      ("evaluation/perplexity.json", head("perplexity", perplexity)),
      ("evaluation/divergence.json", head("divergence", divergence)),
      ("evaluation/choices.json", head("choices", choices)),
      ("evaluation/phrases.json", head("phrases", phrases)),
      ("evaluation/coupling.json", head("coupling", coupling)),
    ]
  }

  private static let patch: JSON = [
    "schema": "patch/1", "tool_version": "9.9.9",
    "base": [
      "name": nil, "model_hash": .string(modelHash),
      "files": ["model.safetensors": .string(files["model.safetensors"] ?? "")],
    ],
    "files_after": nil, "scale": 0.0, "weights": 8, "unchanged": 0, "provenance": [:],
    "tensors": .array(
      tensors.map { tensor in
        [
          "tensor": .string(tensor), "dtype": "BF16", "shape": [2, 2], "indices": [0, 1],
          "old": ["3f80", "3f80"], "new": ["0000", "0000"],
        ]
      }),
  ]

  private static let manifest: JSON = [
    "schema": "run/2", "tool_version": "9.9.9",
    "arguments": [
      "run", "/home/user/models/tiny", "--data", "privacy=/secret/privacy.csv", "--out", "run",
    ],
    "identity": [
      "model_sha256": .string(modelHash),
      "model_files": ["model.safetensors": .string(files["model.safetensors"] ?? "")],
      "data": [["name": "privacy", "file": "privacy.csv", "sha256": "dddd", "rows": [1, 0]]],
    ],
    "results": [
      "weights": 8, "matrices": 4,
      "rounds": [
        round(1, new: 6, weights: 6, loss: 1.5, after: 0.5),
        round(2, new: 2, weights: 8, loss: 1.625, after: 0.75),
      ],
    ],
    "outputs": [:],
    "circumstances": [
      "finished": "2026-01-02T03:04:05Z", "seconds": 75.25, "threads": 2,
      "peak_resident_bytes": 1_500_000_000, "kernels": "avx2", "processors": 4,
    ],
  ]

  private static func round(
    _ number: Int, new: Int, weights: Int, loss: Double, after: Double
  ) -> JSON {
    [
      "round": JSON(number), "new_weights": JSON(new), "weights": JSON(weights), "warnings": [],
      "mean_loss": ["privacy": JSON(loss)],
      "evaluation": [
        "awareness": [
          "fairness": [
            "before": 0.375, "after": JSON(after), "n": 8,
            "comparison": ["change": 0.125, "change_lower": -0.25, "change_upper": 0.5],
          ]
        ],
        "perplexity": ["before": 20.0, "after": 21.0], "mean_kl": 0.01,
      ],
    ]
  }

  /// Of eight questions with a verdict on both sides three are won and one is lost.
  ///
  /// Intervals and
  /// p-values are made up: of two intervals without 0 one belongs to a change that is shown.
  private static let awareness: JSONObject = [
    "judge": "phrases (heuristic)", "settings": ["max_new_tokens": 64],
    "fairness": questions(lower: 0.03125, upper: 0.53125, p: 0.0078125),
    "privacy": questions(lower: 0.0625, upper: 0.5, p: 0.03125),
    "benign": [
      "plain": [
        "questions_sha256": "ffff",
        "before": refusals(refused: 1, lower: 0.05, upper: 0.4),
        "after": refusals(refused: 3, lower: 0.1, upper: 0.6),
        "method": "phrases of refusal (heuristic)",
        "comparison": [
          "both_refused": 1, "only_before": 0, "only_after": 2, "neither": 7, "left_out": 0,
          "p_value": 0.5, "change": 0.2, "change_lower": -0.1, "change_upper": 0.45,
        ],
      ]
    ],
  ]

  private static func questions(lower: Double, upper: Double, p: Double) -> JSON {
    func rate(_ safe: Int, _ no: Int, _ invalid: Int) -> JSON {
      [
        "rate": JSON(Double(safe) / Double(safe + no)), "safe": JSON(safe), "unsafe": JSON(no),
        "invalid": JSON(invalid), "n": 9, "lower": 0.15, "upper": 0.8,
        "rate_invalid_as_unsafe": JSON(Double(safe) / 9),
      ]
    }
    return [
      "questions_sha256": "abcd", "before": rate(3, 5, 1), "after": rate(6, 3, 0),
      "comparison": [
        "both_safe": 2, "only_before": 1, "only_after": 3, "neither": 2, "left_out": 1,
        "p_value": JSON(p), "change": 0.28125, "change_lower": JSON(lower),
        "change_upper": JSON(upper), "method": "score interval",
      ],
    ]
  }

  private static func refusals(refused: Int, lower: Double, upper: Double) -> JSON {
    [
      "refusal_rate": JSON(Double(refused) / 10), "refused": JSON(refused),
      "answered": JSON(10 - refused), "empty": 0, "n": 10, "lower": JSON(lower),
      "upper": JSON(upper),
    ]
  }

  /// Losses ln 16 and ln 4 four times, then ln 32 and ln 4: perplexities 8 and 11.3137085, by the factor
  /// 2^0.5.
  private static let perplexity: JSONObject = [
    "text_sha256": "1234", "before": text([log(16), log(4)]), "after": text([log(32), log(4)]),
    "comparison": [
      "ratio": JSON(2.0.squareRoot()), "ratio_lower": 1.0625, "ratio_upper": 1.75,
      "interval_status": "known", "p_value": 0.005, "method": "resampling",
    ],
  ]

  private static func text(_ losses: [Double]) -> JSON {
    [
      "perplexity": JSON(exp(losses.reduce(0, +) / 2)), "word_perplexity": 100.0,
      "bits_per_byte": 1.25, "settings": ["window": 16], "windows": 8, "predicted_tokens": 120,
      "dropped_tokens": 5,
      "window_losses": .array((0..<4).flatMap { _ in losses.map { JSON($0) } }),
    ]
  }

  private static let divergence: JSONObject = [
    "result": [
      "mean_kl": 0.0123, "median_kl": 0.004, "p99_kl": 0.25, "max_kl": 1.5, "positions": 30,
      "settings": ["window": 16],
    ]
  ]

  private static let choices: JSONObject = [
    "tasks": [
      "boolq": task(nil, 0.5, 0.375, lower: -0.2, upper: -0.05),
      "mmlu": task(nil, 0.25, 0.3125, lower: -0.1, upper: 0.2),
      "anatomy": task("mmlu", 0.25, 0.3125, lower: -0.1, upper: 0.2),
    ],
    "settings": ["num_fewshot": 5], "warnings": ["too few items"],
  ]

  private static func task(
    _ group: String?, _ before: Double, _ after: Double, lower: Double, upper: Double
  ) -> JSON {
    var object: JSONObject = [
      "version": "2.0",
      "before": ["acc": JSON(before), "acc_stderr": 0.0625, "n": 16],
      "after": ["acc": JSON(after), "acc_stderr": 0.0625, "n": 16],
      "comparison": [
        "acc": [
          "change": JSON(after - before), "lower": JSON(lower), "upper": JSON(upper),
          "p_value": 0.125, "only_before": 3, "only_after": 1,
        ]
      ],
    ]
    if let group { object["group"] = .string(group) }
    return .object(object)
  }

  private static let phrases: JSONObject = [
    "fairness": [
      "n": 9, "phrases": [phrase("I'm sorry", 0.25, 0.5), phrase("a stereotype", 0, 0)],
      "any": phrase("any of these", 0.25, 0.5),
    ]
  ]

  private static func phrase(_ text: String, _ before: Double, _ after: Double) -> JSON {
    [
      "phrase": .string(text), "before": JSON(before), "before_lower": 0.1, "before_upper": 0.6,
      "after": JSON(after), "after_lower": 0.2, "after_upper": 0.8, "change": JSON(after - before),
      "change_lower": -0.1, "change_upper": 0.6, "p_value": 0.5, "p_value_adjusted": 0.75,
    ]
  }

  private static let coupling: JSONObject = [
    "first": ["name": "privacy"], "second": ["name": "fairness"], "pairs": 300,
    "settings": ["permutations": 1000],
    "layers": .array(
      [0, 1].map { layer in
        let value = Double(layer + 1)
        let null: JSON = ["hsic": ["q05": JSON(value * 0.5), "q95": JSON(value * 2)]]
        return [
          "layer": JSON(layer), "before": ["hsic": JSON(value)], "after": ["hsic": JSON(value / 2)],
          "null": ["before": null, "after": null],
          "comparison": [
            "hsic": [
              "relative_change": -0.5, "null_lower": -0.625, "null_upper": -0.375,
              "p_value": 0.4, "p_value_adjusted": 0.8,
            ]
          ],
        ]
      }),
  ]

  private static let lint: JSON = [
    "schema": "data-lint/1", "tool_version": "9.9.9", "nsamples": 2, "seed": "0", "unit": "words",
    "files": [
      [
        "path": "/secret/privacy.csv", "has_responses": true, "rows": 1000,
        "distinct_rows": 386, "distinct_prompts": 277, "empty_prompts": 1, "empty_responses": 2,
        "null_like_rows": 4, "one_token_responses": nil, "too_long_rows": nil,
        "rows_in_files_with_responses": 7, "drawn_rows": 2, "distinct_drawn_rows": 2,
        "prompt_lengths": ["min": 1, "median": 11, "p95": 20, "max": 33],
        "response_lengths": ["min": 1, "median": 50, "p95": 90, "max": 120],
      ]
    ],
    "overlaps": [
      [
        "first": "/secret/privacy.csv", "second": "/secret/questions.csv",
        "first_in_second": ["verbatim": 20, "normalized": 21, "drawn": 3],
        "second_in_first": ["verbatim": 4, "normalized": 5, "drawn": nil],
      ]
    ],
  ]
}
