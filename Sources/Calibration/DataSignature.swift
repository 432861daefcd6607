// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// A kind of file that is no text, recognized by its first bytes, and how its rows become text.
///
/// Data sets come as Parquet, compressed, or from a spreadsheet; each is named, and the remedy is a
/// line that converts it.
enum DataSignature: CaseIterable {
  case parquet, arrow, gzip, zstandard, bzip2, xz, zip, oldSpreadsheet, sqlite, hdf5, numpy, pickle
  case pdf, gitLFSPointer, webPage

  /// What some first bytes belong to, nil where they may be text.
  init?(_ bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(512))
    let found = Self.allCases.first { kind in
      kind.marks.contains { start.starts(with: $0) }
    }
    if let found {
      self = found
      return
    }
    let text = start.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.map {
      // ASCII capitals to small letters.
      0x41...0x5A ~= $0 ? $0 + 0x20 : $0
    }
    guard text.starts(with: "<!doctype html".utf8) || text.starts(with: "<html".utf8) else {
      return nil
    }
    self = .webPage
  }

  /// What such files begin with.
  private var marks: [[UInt8]] {
    switch self {
    case .parquet: [Array("PAR1".utf8) + [0x15]]
    case .arrow: [Array("ARROW1".utf8) + [0, 0], [0xFF, 0xFF, 0xFF, 0xFF]]
    case .gzip: [[0x1F, 0x8B]]
    case .zstandard: [[0x28, 0xB5, 0x2F, 0xFD]]
    case .bzip2: (1...9).map { Array("BZh\($0)1AY".utf8) }
    case .xz: [[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]]
    case .zip: [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06]]
    case .oldSpreadsheet: [[0xD0, 0xCF, 0x11, 0xE0]]
    case .sqlite: [Array("SQLite format 3\u{0}".utf8)]
    case .hdf5: [[0x89, 0x48, 0x44, 0x46]]
    case .numpy: [[0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]]
    case .pickle: (2...5).map { [0x80, $0] }
    case .pdf: [Array("%PDF-".utf8)]
    case .gitLFSPointer: [Array("version https://git-lfs.github.com/spec/v1".utf8)]
    case .webPage: []
    }
  }

  /// The error for such a file where text is expected.
  func refusal(at path: String) -> SPINError {
    let (message, remedy) = explanation(quoted: ShellText.quoted(path))
    return SPINError(.malformedInput, at: path, message, remedy: remedy)
  }

  private func explanation(quoted path: String) -> (message: String, remedy: String) {
    switch self {
    case .parquet:
      ("is a Parquet file, expected text", "convert it: \(Self.pandas("read_parquet", path))")
    case .arrow:
      (
        "is an Arrow file, expected text",
        "convert it: python3 -c 'import sys, datasets; "
          + "datasets.Dataset.from_file(sys.argv[1]).to_json(sys.argv[1] + \".jsonl\")' \(path)"
      )
    case .gzip: ("is compressed with gzip", "unpack it: gunzip -k -- \(path)")
    case .zstandard: ("is compressed with Zstandard", "unpack it: zstd -d -- \(path)")
    case .bzip2: ("is compressed with bzip2", "unpack it: bunzip2 -k -- \(path)")
    case .xz: ("is compressed with xz", "unpack it: unxz -k -- \(path)")
    case .zip:
      (
        "is a zip archive or a spreadsheet (.xlsx), expected text",
        "unpack it: unzip -- \(path), or save the spreadsheet as CSV in UTF-8"
      )
    case .oldSpreadsheet:
      ("is a spreadsheet (.xls), expected text", "save it as CSV in UTF-8")
    case .sqlite:
      ("is an SQLite database, expected text", "export the table: sqlite3 -csv -header FILE QUERY")
    case .hdf5: ("is an HDF5 file, expected text", "convert it: \(Self.pandas("read_hdf", path))")
    case .numpy: ("is a NumPy file, expected text", "write its texts as JSON, one object a line")
    case .pickle:
      (
        "is a Python pickle, which is a program and is never run here",
        "write its rows as JSON, one object a line"
      )
    case .pdf: ("is a PDF file, expected text", "extract its text: pdftotext \(path)")
    case .gitLFSPointer:
      ("is a Git LFS pointer, not the data", "run `git lfs pull` where it was cloned")
    case .webPage:
      (
        "is a web page, not the data",
        "download the file itself; on the Hub its address has /resolve/ in place of /blob/"
      )
    }
  }

  /// A line that writes JSON lines; the path is an argument, so that no character of it is code.
  private static func pandas(_ function: String, _ path: String) -> String {
    "python3 -c 'import sys, pandas; pandas.\(function)(sys.argv[1])"
      + ".to_json(sys.argv[1] + \".jsonl\", orient=\"records\", lines=True)' \(path)"
  }
}
