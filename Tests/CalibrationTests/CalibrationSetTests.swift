// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINTestSupport
import Testing

@Suite struct CalibrationSetTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// One token a byte; with `bos`, token 256 before every text.
  private func bytes(bos: Bool, positions: Int = 1000) -> CalibrationEncoding {
    CalibrationEncoding(
      beginningOfSequence: bos ? 256 : nil, vocabularySize: 257, positionCount: positions
    ) { text in (bos ? [256] : []) + text.utf8.map { Int32($0) } }
  }

  private func table(_ pairs: [(String, String)]) throws -> DataTable {
    let path = directory.file("data.csv")
    let lines = pairs.map { "\"\($0.0)\",\"\($0.1)\"" }
    try write(Array((["prompt,response"] + lines).joined(separator: "\n").utf8), to: path)
    return try DataTable(path: path)
  }

  private func set(
    _ pairs: [(String, String)], bos: Bool, _ first: FirstResponseToken = .bos,
    positions: Int = 1000, _ overflow: Overflow = .error
  ) throws -> CalibrationSet {
    try CalibrationSet(
      name: "d", table: table(pairs),
      options: CalibrationOptions(
        sampleCount: pairs.count, firstResponseToken: first, overflow: overflow),
      encoding: bytes(bos: bos, positions: positions))
  }

  @Test func rowsAreThoseOfNumPysPermutation() throws {
    let pairs = (0..<1000).map { ("p\($0)", "r\($0)") }
    let found = try CalibrationSet(
      name: "d", table: table(pairs), options: CalibrationOptions(sampleCount: 10, seed: 0),
      encoding: bytes(bos: true))
    #expect(found.rows == [459, 206, 222, 162, 711, 814, 350, 890, 518, 264])
    #expect(found.samples.map(\.row) == found.rows)
    #expect(found.samples[0].tokens == [256] + "p459r459".utf8.map { Int32($0) })
  }

  @Test func onlyABeginningTokenIsDroppedByDefault() throws {
    let withBOS = try set([("ab", "cd")], bos: true).samples[0]
    #expect(withBOS.tokens == [256, 97, 98, 99, 100])
    #expect(withBOS.promptCount == 3)
    #expect(withBOS.lossPositions == 3..<5)
    let without = try set([("ab", "cd")], bos: false).samples[0]
    #expect(without.tokens == [97, 98, 99, 100])
    #expect(without.lossPositions == 2..<4)
  }

  @Test func dropAndKeepDoSoWhateverTheTokenIs() throws {
    #expect(try set([("ab", "cd")], bos: false, .drop).samples[0].tokens == [97, 98, 100])
    #expect(try set([("ab", "cd")], bos: true, .drop).samples[0].tokens == [256, 97, 98, 99, 100])
    #expect(try set([("ab", "c")], bos: true, .keep).samples[0].tokens == [256, 97, 98, 256, 99])
  }

  @Test func theFirstTokenOfASampleIsNeverPredicted() throws {
    let sample = try set([("", "abc")], bos: false).samples[0]
    #expect(sample.promptCount == 0)
    #expect(sample.lossPositions == 1..<3)
  }

  @Test func samplesWithoutAPredictedTokenContributeNothingAndAreCounted() throws {
    let found = try set([("ab", "c"), ("ab", ""), ("ab", "cd")], bos: false, .drop)
    #expect(found.samples.map(\.row) == [2])
    #expect(found.report.rowsWithoutResponse.sorted() == [0, 1])
    #expect(found.report.sampleCount == 1)
    #expect(found.report.missingLookingCount == 1)
    let alone = try set([("", "x"), ("", "yz")], bos: false)
    #expect(alone.samples.map(\.row) == [1])
    #expect(throws: SPINError.self) { _ = try set([("ab", "")], bos: true) }
  }

  @Test func longSamplesFollowTheOverflowOption() throws {
    let pairs = [("abc", "defg"), ("a", "b"), ("abcdef", "g")]
    do {
      _ = try set(pairs, bos: false, positions: 5)
      Issue.record("a sample longer than the model was accepted")
    } catch let error as SPINError {
      #expect(error.message.hasSuffix("7 tokens, the model has 5 positions"))
    }
    let cut = try set(pairs, bos: false, positions: 5, .truncate)
    #expect(cut.report.truncatedRows.sorted() == [0, 2])
    #expect(cut.report.rowsWithoutResponse == [2])
    #expect(cut.samples.first { $0.row == 0 }?.tokens == [97, 98, 99, 100, 101])
    #expect(cut.report.tokenCount == 7)
    #expect(cut.report.responseTokenCount == 3)
    #expect(cut.report.longestSample == 7)
    let skipped = try set(pairs, bos: false, positions: 5, .skip)
    #expect(skipped.report.skippedRows.sorted() == [0, 2])
    #expect(skipped.samples.map(\.row) == [1])
  }

  @Test func aSampleThatJustFitsIsNotCut() throws {
    let found = try set([("abc", "de")], bos: false, positions: 5)
    #expect(found.samples[0].tokens.count == 5)
    #expect(found.report.truncatedRows.isEmpty)
  }

  @Test func askingForMoreRowsThanThereAreNamesBothNumbers() throws {
    let few = try table([("a", "b"), ("c", "d")])
    #expect {
      _ = try CalibrationSet(
        name: "d", table: few, options: CalibrationOptions(sampleCount: 128),
        encoding: bytes(bos: true))
    } throws: { error in
      "\(error)".contains("has 2 rows, 128 samples are requested")
    }
  }

  @Test func aTokenOutsideTheVocabularyIsRefused() throws {
    var encoding = bytes(bos: false)
    encoding.vocabularySize = 100
    #expect {
      _ = try CalibrationSet(
        name: "d", table: table([("ab", "xy")]), options: CalibrationOptions(sampleCount: 1),
        encoding: encoding)
    } throws: { error in
      "\(error)".contains("row 0 (line 2): the tokenizer gives token 120, the model has 100 tokens")
    }
  }

  @Test func duplicatesAmongTheRowsDrawnAreCounted() throws {
    let found = try set([("a", "b"), ("a", "b"), ("a", "c"), ("a", "b"), ("b", "a")], bos: true)
    #expect(found.report.duplicateCount == 2)
  }

  @Test func theSampleDigestSeesTokensAndTheirSplit() throws {
    let one = try set([("ab", "cd")], bos: false)
    #expect(one.sampleDigest == (try set([("ab", "cd")], bos: false)).sampleDigest)
    #expect(one.sampleDigest != (try set([("abc", "d")], bos: false)).sampleDigest)
    #expect(one.sampleDigest != (try set([("ab", "ce")], bos: false)).sampleDigest)
    // printf '\2\0\0\0\4\0\0\0a\0\0\0b\0\0\0c\0\0\0d\0\0\0' | sha256sum
    #expect(
      one.sampleDigest == "3b50f9d9bf6a572fe9e069be80e43ec59f21074274d262cd1eccf2ebe68ebe8a")
  }

  /// Files with responses, and how many of the 128 rows that are drawn of each are different: as NumPy draws them from
  /// a made file, and from the reference's own.
  private static let drawn =
    (try? MadeData().files.compactMap { file in file.distinctDrawnCount.map { (file.path, $0) } })
    ?? []

  @Test func theMadeFilesAreThere() { #expect(Self.drawn.count == 5) }

  @Test(
    arguments: SharedMaterial.adding(to: drawn) {
      [($0 + "/data/spin/beaver_train330k_privacy_safe_1k.csv", 117)]
    })
  func repeatedRowsAreCountedAmongThoseDrawn(path: String, distinct: Int) throws {
    let found = try CalibrationSet(
      name: "privacy", table: DataTable(path: path), options: CalibrationOptions(),
      encoding: bytes(bos: true, positions: 1 << 20))
    #expect(found.report.duplicateCount == 128 - distinct)
  }
}
