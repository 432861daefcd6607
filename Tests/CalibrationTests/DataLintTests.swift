// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINJSON
import SPINTestSupport
import Testing

struct DataLintTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func file(_ name: String, _ text: String) throws -> String {
    try write(Array(text.utf8), to: directory.file(name))
    return directory.file(name)
  }

  @Test func oddRowsAreCounted() throws {
    let path = try file(
      "a.csv", "prompt,response\na b,x\na b,x\na b,y z\n ,NA\nc,\nÅ,null\nA\u{30A},null\n")
    let lint = try #require(DataLint(paths: [path]).files.first)
    #expect(lint.rowCount == 7)
    #expect(lint.distinctRowCount == 6)
    // Canonically equivalent, but not the same bytes.
    #expect(lint.distinctPromptCount == 5)
    #expect(lint.emptyPromptCount == 1)
    #expect(lint.emptyResponseCount == 1)
    #expect(lint.missingLookingCount == 4)
    #expect(lint.drawnCount == nil)
    #expect(lint.unit == .words)
    #expect(lint.promptLengths?.minimum == 0)
    #expect(lint.promptLengths?.maximum == 2)
    #expect(lint.promptCharacters?.maximum == 3)
    #expect(lint.oneTokenResponseCount == nil)
  }

  @Test func lengthsAreByNearestRank() throws {
    let rows = (1...40).map { "\(String(repeating: "w ", count: $0)),r" }.joined(separator: "\n")
    let path = try file("a.csv", "prompt,response\n" + rows)
    let lengths = try #require(DataLint(paths: [path]).files[0].promptLengths)
    #expect(lengths.minimum == 1)
    #expect(lengths.median == 20)
    #expect(lengths.percentile95 == 38)
    #expect(lengths.maximum == 40)
  }

  @Test func tokensAreThoseOfTheTokenizerWithoutBOS() throws {
    let path = try file("a.csv", "prompt,response\nab,c\nabcdef,gh\n")
    var options = DataLint.Options()
    options.encoding = CalibrationEncoding(
      beginningOfSequence: 256, vocabularySize: 257, positionCount: 8
    ) { [256] + $0.utf8.map { Int32($0) } }
    let lint = try DataLint(paths: [path], options: options).files[0]
    #expect(lint.unit == .tokens)
    #expect(lint.promptLengths?.maximum == 6)
    #expect(lint.oneTokenResponseCount == 1)
    // BOS, six tokens and two.
    #expect(lint.tooLongCount == 1)
    options.encoding?.positionCount = 9
    #expect(try DataLint(paths: [path], options: options).files[0].tooLongCount == 0)
  }

  @Test func promptsOfTwoFilesAreComparedInBothDirections() throws {
    let pairs = try file(
      "p.jsonl",
      "{\"prompt\":\"Who  are you?\",\"response\":\"x\"}\n"
        + "{\"prompt\":\"who are you\",\"response\":\"y\"}\n{\"prompt\":\"?!\",\"response\":\"z\"}\n"
    )
    let questions = try file("q.csv", "questions\nwho are you\nnobody\n...\n")
    let lint = try DataLint(paths: [pairs, questions])
    let overlap = try #require(lint.overlaps.first)
    #expect(lint.overlaps.count == 1)
    #expect(overlap.firstInSecond.normalized == 2)
    #expect(overlap.firstInSecond.verbatim == 1)
    #expect(overlap.secondInFirst.normalized == 1)
    #expect(overlap.secondInFirst.drawn == nil)
    #expect(lint.files[1].rowsInScoredFiles == 1)
    #expect(lint.files[0].rowsInScoredFiles == 0)
    #expect(!lint.files[1].hasResponses)
  }

  @Test func normalizationKeepsLettersMarksAndNumbers() {
    #expect(PromptOverlap.normalized("  Don't\tSTOP, me_2!  ") == "dont stop me_2")
    #expect(PromptOverlap.normalized("«Ünï», 你好？ e\u{301}") == "ünï 你好 e\u{301}")
    #expect(PromptOverlap.normalized("?! ...") == "")
    #expect(!PromptOverlap(["?"]).contains("!"))
    #expect(PromptOverlap(["?"]).containsVerbatim("?"))
    // Two spellings of one text are two texts, as in Python.
    #expect(!PromptOverlap(["e\u{301}"]).containsVerbatim("\u{E9}"))
  }

  @Test func columnsThatAreNotThereAreNamed() throws {
    let path = try file("a.csv", "x,y\n1,2\n")
    let error = #expect(throws: SPINError.self) { _ = try DataLint(paths: [path]) }
    #expect(error?.message.contains("only \"x\", \"y\"") == true)
    #expect(error?.code == .malformedInput)
    let alone = try file("b.csv", "anything\n1\n")
    #expect(try DataLint(paths: [alone]).files[0].rowCount == 1)
  }

  /// Files of the form of the reference's own, counted with Python's `csv` and the same expression.
  @Test func madeFilesShareWhatPythonFinds() throws {
    let made = try MadeData()
    let lint = try DataLint(paths: made.files.map(\.path))
    #expect(lint.files.count == 7 && lint.overlaps.count == 21)
    for (found, file) in zip(lint.files, made.files) {
      #expect(found.rowCount == file.rowCount, "\(file.name)")
      #expect(found.distinctRowCount == file.distinctRowCount, "\(file.name)")
      #expect(found.distinctPromptCount == file.distinctPromptCount, "\(file.name)")
      #expect(found.distinctDrawnCount == file.distinctDrawnCount, "\(file.name)")
      #expect(found.rowsInScoredFiles == file.rowsInScoredFiles, "\(file.name)")
    }
    for (found, pair) in zip(lint.overlaps, try made.root.required("pairs", as: [JSONObject].self))
    {
      #expect(found.first == made.path(try pair.required("first")))
      #expect(found.second == made.path(try pair.required("second")))
      for (count, key) in [
        (found.firstInSecond, "first_in_second"), (found.secondInFirst, "second_in_first"),
      ] {
        let expected = try pair.required(key, as: JSONObject.self)
        #expect(count.verbatim == (try expected.required("verbatim")), "\(pair)")
        #expect(count.normalized == (try expected.required("normalized")), "\(pair)")
        #expect(count.drawn == (try expected.optional("drawn")), "\(pair)")
      }
    }
  }

  /// The counts are those of a pandas program with `re.sub(r"[^\w\s]", "", s.lower())`.
  @Test(.enabled(if: SharedMaterial.path != nil, "\(SharedMaterial.need)"))
  func theReferencesFilesShareWhatTheyAreKnownToShare() throws {
    let folder = try #require(SharedMaterial.path) + "/data/spin/"
    let names = [
      "beaver_train330k_privacy_safe_1k", "beaver_train330k_privacy_unsafe_1k",
      "beaver_train330k_fairness_safe_1k", "beaver_train330k_fairness_unsafe_1k",
      "alpaca_cleaned_no_safety_train_1k", "salad_fairness", "salad_privacy",
    ]
    let lint = try DataLint(paths: names.map { folder + $0 + ".csv" })
    #expect(lint.files.map(\.rowCount) == [1000, 1000, 1000, 1000, 1000, 2165, 657])
    #expect(lint.files.map(\.distinctRowCount) == [386, 1000, 1000, 1000, 1000, 2165, 657])
    #expect(lint.files.map(\.distinctPromptCount) == [277, 735, 659, 857, 1000, 2165, 657])
    #expect(lint.files[0].distinctDrawnCount == 117)
    func count(_ first: Int, _ second: Int) throws -> FileOverlap {
      try #require(
        lint.overlaps.first {
          $0.first.hasSuffix(names[first] + ".csv") && $0.second.hasSuffix(names[second] + ".csv")
        })
    }
    let fairness = try count(2, 5)
    #expect(fairness.firstInSecond.normalized == 186)
    #expect(fairness.firstInSecond.verbatim == 182)
    #expect(fairness.firstInSecond.drawn == 28)
    #expect(fairness.secondInFirst.normalized == 124)
    #expect(try count(3, 5).firstInSecond.normalized == 228)
    #expect(try count(0, 6).firstInSecond.normalized == 21)
    // 284 of them in the two fairness files, one more in a privacy file.
    #expect(lint.files[5].rowsInScoredFiles == 285)
    #expect(lint.files[6].rowsInScoredFiles == 23)
    let fairnessOnly = try DataLint(paths: [2, 3, 5].map { folder + names[$0] + ".csv" })
    #expect(fairnessOnly.files[2].rowsInScoredFiles == 284)
  }
}
