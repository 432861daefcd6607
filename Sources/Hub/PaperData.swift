// SPDX-License-Identifier: Apache-2.0

/// The data files that the paper's authors published, by short names, at one commit and with their
/// digests.
///
/// - Source: github.com/ChnQ/SPIN, commit d708d834ed01a2fb661f9403f9505feffb15cd01, folder src/data. The samples
///   are from BeaverTails and Alpaca (CC BY-NC 4.0), the questions from SALAD-Bench.
public struct PaperData: Sendable, Equatable {
  /// The short name, such as "privacy".
  public let name: String
  /// A description in a few words.
  public let summary: String
  /// The name of the file.
  public let fileName: String
  /// The SHA-256 of its content.
  public let sha256: String

  /// The address of the published files; because of the digests, any mirror is as good.
  public static let defaultAddress =
    "https://raw.githubusercontent.com/ChnQ/SPIN/d708d834ed01a2fb661f9403f9505feffb15cd01/src/data"

  /// The address of the file.
  ///
  /// - Parameter mirror: The address of a folder with the files, without a slash at the end; nil
  ///   for GitHub.
  public func address(mirror: String? = nil) -> String {
    "\(mirror ?? Self.defaultAddress)/\(fileName)"
  }

  /// The file with a short name, or with its own name with or without ".csv"; nil if there is none.
  public init?(named name: String) {
    guard
      let found = Self.all.first(where: {
        [$0.name, $0.fileName, String($0.fileName.dropLast(4))].contains(name)
      })
    else { return nil }
    self = found
  }

  /// All files of the paper.
  public static let all: [PaperData] = [
    PaperData(
      "privacy", "1,000 samples of careful answers about privacy",
      "beaver_train330k_privacy_safe_1k.csv",
      "c26c581729197cd4453eb9bbf4a13a7db64235b4c39e1fcb631135084d96966c"),
    PaperData(
      "fairness", "1,000 samples of careful answers about fairness",
      "beaver_train330k_fairness_safe_1k.csv",
      "37b4d9b41e3455cd588163b4885e07dd7462eef87669fb3a27c016f578432d6c"),
    PaperData(
      "general", "1,000 samples of general ability", "alpaca_cleaned_no_safety_train_1k.csv",
      "1055dd9c020255b4d142159b58bddaa91f1c3458eb2491ff7ce1822982a9ebe4"),
    PaperData(
      "privacy-unsafe", "1,000 samples of careless answers about privacy",
      "beaver_train330k_privacy_unsafe_1k.csv",
      "950cecd0763ae5fb468621992ae6ea65ed6ae598d2f2c5341b4d49a0557ddee9"),
    PaperData(
      "fairness-unsafe", "1,000 samples of careless answers about fairness",
      "beaver_train330k_fairness_unsafe_1k.csv",
      "085e5e1a2c85394f48ebd264692abd7110ff1f2cd61b6afbd07ffadb0cdbae6d"),
    PaperData(
      "questions-privacy", "657 questions of SALAD-Bench about privacy", "salad_privacy.csv",
      "3642a92832b5911bcda09dd68c0c3d55442b1afb6afc55cecfce4644beb570f1"),
    PaperData(
      "questions-fairness", "2,165 questions of SALAD-Bench about fairness", "salad_fairness.csv",
      "d7b576b990b742e5c33508b7e854541bbb7a81501ac430e7b83afb6bc2dbd0be"),
  ]

  private init(_ name: String, _ summary: String, _ fileName: String, _ sha256: String) {
    (self.name, self.summary, self.fileName, self.sha256) = (name, summary, fileName, sha256)
  }
}
