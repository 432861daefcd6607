// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINJSON
import SPINTestSupport
import Testing

/// Data files as people have them: every reader takes the same ones and refuses the same ones.
@Suite struct DataFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let object = #"{"prompt":"é","response":"b"}"#
  private static let csv = "prompt,response\né,b\n"

  /// The same two cells in many spellings.
  static let spellings: [(name: String, bytes: [UInt8])] = [
    ("lines.json", Array((object + "\n").utf8)),
    ("array.jsonl", Array("[\n  \(object)\n]\n".utf8)),
    ("array.ndjson", Array(" [ \(object) ]".utf8)),
    ("json.csv", Array((object + "\n").utf8)),
    ("no-ending", Array((object + "\n").utf8)),
    ("no-ending-array", Array("[\(object)]".utf8)),
    ("cr.jsonl", Array("\(object)\r".utf8)),
    ("blanks.jsonl", Array("\(object)\n  \t \n \t".utf8)),
    ("nan.jsonl", Array((object.dropLast() + #","x":[NaN,-Infinity,{"y":Infinity}]}"#).utf8)),
    ("nan.json", Array(("[" + object.dropLast() + #","x":NaN}]"#).utf8)),
    ("mark.jsonl", [0xEF, 0xBB, 0xBF] + Array(object.utf8)),
    ("mark.json", [0xEF, 0xBB, 0xBF] + Array("[\(object)]".utf8)),
    ("mark.csv", [0xEF, 0xBB, 0xBF] + Array(csv.utf8)),
    ("quoted-mark.csv", [0xEF, 0xBB, 0xBF] + Array("\"prompt\",\"response\"\r\né,b\r\n".utf8)),
    ("little.csv", [0xFF, 0xFE] + csv.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
    ("big.csv", [0xFE, 0xFF] + csv.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }),
    ("little.json", [0xFF, 0xFE] + object.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
    ("tabs.csv", Array("prompt\tresponse\né\tb\n".utf8)),
    ("tabs.tsv", Array("prompt\tresponse\né\tb\n".utf8)),
    ("blanks.csv", Array((csv + "  \n\n \t").utf8)),
    ("cr.csv", Array("prompt,response\ré,b\r".utf8)),
  ]

  @Test(arguments: spellings.map(\.name))
  func everySpellingIsReadByEveryReader(name: String) throws {
    let bytes = try #require(Self.spellings.first { $0.name == name }?.bytes)
    let path = directory.file(name)
    try write(bytes, to: path)
    #expect(try DataTable(path: path).rows.map { [$0.prompt, $0.response] } == [["é", "b"]])
    #expect(try DataTable.columnNames(path: path).prefix(2) == ["prompt", "response"])
    #expect(try TextList(path: path, column: "prompt").texts == ["é"])
    let record = try #require(RecordTable(path: path).records.first)
    #expect(record.fields["prompt"] == "é")
  }

  @Test func textsAreLinesWhateverTheirEndAndEncoding() throws {
    let path = directory.file("prompts.txt")
    let texts = "one\r\ntwo\r\r \t\nthré\n  "
    let wide: [UInt8] = texts.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    let spellings: [[UInt8]] = [
      Array(texts.utf8), [0xEF, 0xBB, 0xBF] + Array(texts.utf8), [0xFE, 0xFF] + wide,
    ]
    for bytes in spellings {
      try write(bytes, to: path)
      #expect(try TextList(path: path, column: "").texts == ["one", "two", "thré"])
    }
  }

  private func message(_ bytes: [UInt8], _ name: String, text: Bool = false) -> String {
    do {
      try write(bytes, to: directory.file(name))
      if text {
        _ = try TextList(path: directory.file(name), column: "")
      } else {
        _ = try DataTable(path: directory.file(name))
        _ = try RecordTable(path: directory.file(name))
      }
      return "read without an error"
    } catch {
      return "\(error)".replacing(directory.path + "/", with: "")
    }
  }

  @Test(arguments: [
    (Array("PAR1".utf8) + [0x15, 0], "is a Parquet file", "pandas.read_parquet(sys.argv[1])"),
    ([0x1F, 0x8B, 8, 0], "is compressed with gzip", "gunzip -k -- "),
    ([0x28, 0xB5, 0x2F, 0xFD], "is compressed with Zstandard", "zstd -d -- "),
    ([0x50, 0x4B, 3, 4], "is a zip archive or a spreadsheet (.xlsx)", "unzip -- "),
    (Array("BZh91AY".utf8), "is compressed with bzip2", "bunzip2 -k -- "),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "is compressed with xz", "unxz -k -- "),
    ([0xD0, 0xCF, 0x11, 0xE0], "is a spreadsheet (.xls)", "save it as CSV"),
    (Array("<!DOCTYPE html>".utf8), "is a web page, not the data", "/resolve/"),
    ([0xFF, 0xFE, 0, 0, 0x70, 0, 0, 0], "is UTF-32", "iconv -f UTF-32"),
    ([0x70, 0, 0x72, 0, 0x6F, 0], "is UTF-16 without a byte order mark", "iconv -f UTF-16LE"),
    ([0, 0x70, 0, 0x72, 0, 0x6F], "is UTF-16 without a byte order mark", "iconv -f UTF-16BE"),
    (Array("prompt,response\na,\u{0}b\n".utf8), "line 2: holds a zero byte", "check that it is"),
    ([0xFF, 0xFE, 0x00, 0xD8], "half of a surrogate pair", "UTF-8"),
    ([0xFF, 0xFE, 0x70], "an odd number of bytes", "truncated"),
  ])
  func whatIsNoTextIsNamed(bytes: [UInt8], found: String, remedy: String) {
    for (name, isText) in [("it's.csv", false), ("data.jsonl", false), ("data.txt", true)] {
      let said = message(bytes, name, text: isText)
      #expect(said.contains(found) && said.contains(remedy), "\(name): \(said)")
    }
  }

  @Test func aCommandQuotesThePath() {
    #expect(
      message([0x1F, 0x8B], "it's.csv").hasSuffix("it'\\''s.csv'"), "a quote ends no argument")
  }

  @Test(arguments: [
    ("", "data.jsonl", "has no rows"), ("[]", "data.json", "has no rows"),
    ("\n \n", "data.jsonl", "has no rows"), ("prompt,response\n", "data.csv", "has no rows"),
    ("prompt,response\n  \n", "data.csv", "has no rows"), ("", "data.csv", "is empty"),
  ])
  func noRowsAreAnError(text: String, name: String, found: String) {
    #expect(message(Array(text.utf8), name).contains(found))
  }

  @Test func noTextsAreAnError() {
    #expect(message(Array(" \n\t\r\n".utf8), "data.txt", text: true).contains("has no text"))
  }

  @Test func messagesNameTheLineOfTheFile() {
    let lines = Self.object + "\r" + #"{"prompt":NaN,"response":"b"}"#
    #expect(
      message(Array(lines.utf8), "d.jsonl")
        == "d.jsonl: line 2: \"prompt\" is NaN, expected a string")
    #expect(
      message(Array((Self.object + "\n\n{\"a\": x}").utf8), "d.jsonl")
        .hasPrefix("d.jsonl: line 3, column 7: found \"x\""))
    #expect(
      message(Array("{\n  \"prompt\": \"a\",\n  \"response\": \"b\"\n}\n".utf8), "d.jsonl")
        .contains("holds an object over several lines"))
    #expect(
      message(Array("prompt;response\na;b\n".utf8), "d.csv").contains("separates its columns by"))
    #expect(
      message(Array("one\ntw".utf8) + [0xE9], "d.txt", text: true).hasPrefix(
        "d.txt: line 2: is not")
    )
  }

  @Test func onlyPythonsNamesOfNumbersAreRead() {
    for text in ["nan", "inf", "-NaN", "Infinit", "+Infinity", "1e999"] {
      let line = Self.object.dropLast() + ",\"x\":\(text)}"
      #expect(message(Array(line.utf8), "d.jsonl") != "read without an error", "\(text)")
    }
  }
}
