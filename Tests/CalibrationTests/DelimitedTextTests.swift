// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINTestSupport
import Testing

@Suite struct DelimitedTextTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func table(
    _ text: String, _ name: String = "data.csv", columns: DataTable.Columns = .init()
  ) throws -> DataTable {
    try table(bytes: Array(text.utf8), name, columns: columns)
  }

  private func table(
    bytes: [UInt8], _ name: String = "data.csv", columns: DataTable.Columns = .init()
  ) throws -> DataTable {
    let path = directory.file(name)
    try write(bytes, to: path)
    return try DataTable(path: path, columns: columns)
  }

  private func pairs(_ text: String, _ name: String = "data.csv") throws -> [[String]] {
    try table(text, name).rows.map { [$0.prompt, $0.response] }
  }

  private func message(_ text: String, _ name: String = "data.csv") -> String {
    message(bytes: Array(text.utf8), name)
  }

  private func message(bytes: [UInt8], _ name: String = "data.csv") -> String {
    do {
      _ = try table(bytes: bytes, name)
      return "read without an error"
    } catch {
      return "\(error)".replacing(directory.path + "/", with: "")
    }
  }

  @Test func quotedCellsHoldDelimitersQuotesAndLineBreaks() throws {
    let text = "prompt,response\n\"a, \"\"b\"\"\nc\",\"\"\"\"\n\"\",\"d\r\ne\"\n"
    #expect(try pairs(text) == [["a, \"b\"\nc", "\""], ["", "d\r\ne"]])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func anyLineEndSeparatesRecords(end: String) throws {
    let lines = ["prompt,response", "a,b", "", "\"c\",d"]
    let expected = [["a", "b"], ["c", "d"]]
    #expect(try pairs(lines.joined(separator: end)) == expected)
    #expect(try pairs(lines.joined(separator: end) + end) == expected)
  }

  @Test func aByteOrderMarkIsNotPartOfTheFirstColumn() throws {
    #expect(try pairs("\u{FEFF}prompt,response\na,b\n") == [["a", "b"]])
    #expect(try pairs("\u{FEFF}{\"prompt\":\"a\",\"response\":\"b\"}", "d.jsonl") == [["a", "b"]])
  }

  @Test func aQuoteInsideAPlainCellStandsForItself() throws {
    #expect(try pairs("prompt,response\n5\" pipe,it's 6\"\n") == [["5\" pipe", "it's 6\""]])
  }

  @Test func columnsMayBeAnywhereAndNamed() throws {
    let text = "id,answer,question\n1,yes,\"really, so?\"\n"
    let found = try table(text, columns: .init(prompt: "question", response: "answer"))
    #expect(found.rows.map { [$0.prompt, $0.response] } == [["really, so?", "yes"]])
  }

  @Test func tabsSeparateCellsOfTSV() throws {
    #expect(try pairs("prompt\tresponse\na,b\tc\n", "data.tsv") == [["a,b", "c"]])
  }

  @Test func combiningMarksDoNotJoinWithDelimiters() throws {
    // A comma followed by a combining acute is one grapheme, and still a delimiter.
    #expect(try pairs("prompt,response\na,\u{301}b\n") == [["a", "\u{301}b"]])
  }

  @Test func rowsRememberTheirLine() throws {
    let found = try table("prompt,response\n\"a\nb\",c\n\nd,e\n")
    #expect(found.rows.map(\.line) == [2, 5])
  }

  @Test func malformedTextIsRefusedWithItsLine() {
    #expect(
      message("prompt,response\na,b\n\"c,d\ne,f\n")
        == "data.csv: line 3: a quote is opened here and never closed; "
        + "close it, or write quotes inside a quoted cell twice")
    #expect(
      message("prompt,response\na,b\nc\n")
        == "data.csv: line 3: row 2 has 1 cell, the header has 2; "
        + "quote cells that hold delimiters or line breaks")
    #expect(message("prompt,response\na,b,c\n").contains("line 2: row 1 has 3 cells"))
    #expect(
      message("prompt,response\n\"a\"b,c\n").contains("line 2: text follows the closing quote"))
    #expect(
      message("question,answer\na,b\n")
        == "data.csv: has no column \"prompt\", only \"question\", \"answer\"; "
        + "name the two to use with columns.prompt and columns.response")
    #expect(message("prompt,prompt,response\na,b,c\n").contains("has 2 columns \"prompt\""))
    #expect(message("") == "data.csv: is empty, expected a header row")
    #expect(
      message(bytes: Array("prompt,response\na,".utf8) + [0xFF, 0x0A])
        .hasPrefix(
          "data.csv: line 2: a cell of this record is not UTF-8; convert the file to UTF-8"))
    #expect(
      message("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
        .contains("is a Git LFS pointer"))
    #expect(message("a", "data.parquet").contains("the name does not say the format"))
  }

  @Test func jsonLinesAreReadAndCheckedLineByLine() throws {
    let good = #"{"prompt":"a","response":"b"}"#
    #expect(
      try pairs(good + "\r\n\n" + #"{"response":"\n","x":1,"prompt":""}"#, "d.jsonl") == [
        ["a", "b"], ["", "\n"],
      ])
    #expect(
      message(good + "\n\n" + #"{"prompt":"a","completion":"b"}"#, "d.jsonl")
        .hasPrefix("d.jsonl: line 3: has no key \"response\", only \"prompt\", \"completion\""))
    #expect(
      message(#"{"prompt":null,"response":"b"}"#, "d.jsonl")
        == "d.jsonl: line 1: \"prompt\" is null, expected a string")
    #expect(message("[1]", "d.jsonl") == "d.jsonl: line 1: is [1], expected an object")
    #expect(message("[1]", "d.json") == "d.json: element 1: is 1, expected an object")
    #expect(message(good + "\n{", "d.jsonl").hasPrefix("d.jsonl: line 2"))
  }

  @Test func aJSONArrayOfObjectsIsATable() throws {
    let good = #"{"prompt":"a","response":"b"}"#
    #expect(try pairs("[\(good), \(good)]", "d.json") == [["a", "b"], ["a", "b"]])
    #expect(
      message("[\(good)", "d.json")
        == "d.json: line 1, column 31: the document ends here, expected \",\" or \"]\"")
  }

  /// Writing any cells as RFC 4180 says and reading them gives the cells back.
  @Test func writtenCellsReadBack() throws {
    var generator = SeededGenerator(seed: 11)
    let alphabet = ["a", "\"", ",", "\n", "\r", "\r\n", " ", "é", "👍🏽", "\t", "\u{301}", "NA"]
    for _ in 0..<200 {
      let cells = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        (0..<2).map { _ in
          (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
          }.joined()
        }
      }
      let end = ["\n", "\r\n", "\r"][Int.random(in: 0..<3, using: &generator)]
      let lines = cells.map { row in
        row.map {
          "\"" + String(decoding: $0.utf8.flatMap { $0 == 34 ? [34, 34] : [$0] }, as: UTF8.self)
            + "\""
        }
        .joined(separator: ",")
      }
      let text = (["prompt,response"] + lines).joined(separator: end)
      let found = try pairs(text).map { $0.map { Array($0.utf8) } }
      #expect(found == cells.map { $0.map { Array($0.utf8) } })
    }
  }

  /// Made files with what Python's `csv` finds in them: a byte order mark, each line ending, line breaks in cells.
  @Test func madeFilesHaveTheRowsThatPythonFinds() throws {
    let made = try MadeData()
    for file in made.files {
      let columns: DataTable.Columns =
        file.distinctDrawnCount == nil ? .init(prompt: "questions", response: "questions") : .init()
      let rows = try DataTable(path: file.path, columns: columns).rows
      #expect(rows.count == file.rowCount, "\(file.name)")
      #expect(
        Set(rows.map { [$0.prompt, $0.response] }).count == file.distinctRowCount, "\(file.name)")
    }
  }

  /// The reference's own files, where they are.
  @Test(.enabled(if: SharedMaterial.path != nil, "\(SharedMaterial.need)"))
  func filesOfTheReferenceHaveTheirRows() throws {
    let folder = try #require(SharedMaterial.path) + "/data/spin/"
    let privacy = try DataTable(path: folder + "beaver_train330k_privacy_safe_1k.csv")
    #expect(privacy.rows.count == 1000)
    #expect(Set(privacy.rows.map { [$0.prompt, $0.response] }).count == 386)
    let alpaca = try DataTable(path: folder + "alpaca_cleaned_no_safety_train_1k.csv")
    #expect(alpaca.rows.count == 1000)
    let questions = try DataTable(
      path: folder + "salad_fairness.csv",
      columns: .init(prompt: "questions", response: "questions"))
    #expect(questions.rows.count == 2165)
  }
}
