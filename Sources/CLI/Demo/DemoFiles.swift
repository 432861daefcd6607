// SPDX-License-Identifier: Apache-2.0

import CDemoModel
import SPINJobs
import SPINStorage

/// The small model and the data that are built into the program.
enum DemoFiles {
  private static let files: [(path: String, file: spin_demo_file)] = [
    ("model/config.json", SPIN_DEMO_CONFIG),
    ("model/generation_config.json", SPIN_DEMO_GENERATION_CONFIG),
    ("model/model.safetensors", SPIN_DEMO_MODEL),
    ("model/tokenizer.json", SPIN_DEMO_TOKENIZER),
    ("model/tokenizer_config.json", SPIN_DEMO_TOKENIZER_CONFIG),
    ("privacy.csv", SPIN_DEMO_PRIVACY),
    ("fairness.csv", SPIN_DEMO_FAIRNESS),
    ("general.csv", SPIN_DEMO_GENERAL),
    ("questions_privacy.csv", SPIN_DEMO_QUESTIONS_PRIVACY),
    ("questions_fairness.csv", SPIN_DEMO_QUESTIONS_FAIRNESS),
    ("questions_benign.csv", SPIN_DEMO_QUESTIONS_BENIGN),
    ("labelled.csv", SPIN_DEMO_LABELLED),
    ("general.txt", SPIN_DEMO_TEXT),
  ]

  /// Writes them to a folder; files that are there already are the same and stay.
  static func write(to folder: String) throws {
    try FileSystem.ensureDirectory(folder + "/model")
    for (path, file) in files {
      let bytes = (0..<spin_demo_count(file)).map { spin_demo_byte(file, $0) }
      let target = folder + "/" + path
      if let status = FileSystem.status(target), status.byteCount == bytes.count,
        try FileSystem.read(target) == bytes
      {
        continue
      }
      try OutputFile.write(bytes, to: target)
    }
  }
}
