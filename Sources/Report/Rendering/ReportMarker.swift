// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Tells reports from other files with the same name, and from reports that were changed.
///
/// A report that was changed since it was written is not overwritten. Nor is one of an earlier
/// version, which has no seal and may have been changed.
package enum ReportMarker {
  /// The generator named in HTML pages.
  static let generator = "spin report"
  /// The last line of a Markdown report, a comment that is not rendered.
  static let comment = "<!-- spin report; \(ContentSeal.blank) -->"
  /// The beginnings of that comment in this and earlier versions.
  private static let comments = ["<!-- spin report -->", "<!-- spin report; "]

  /// The format of a report.
  package enum Form {
    case html, markdown, json

    fileprivate var marks: [String] {
      switch self {
      case .html: ["content=\"\(ReportMarker.generator)\""]
      case .markdown: ReportMarker.comments
      case .json: ["\"schema\": \"\(Report.schema)\""]
      }
    }
  }

  /// The largest report that is examined, in bytes.
  private static let sizeLimit = 1 << 30

  /// Requires that a file at a user's path is absent, empty, or an unchanged report.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` if anything else would be overwritten.
  package static func requireReplaceable(_ path: String, as form: Form) throws {
    try OutputFile.requireNoLink(path)
    guard let status = FileSystem.status(path), status.kind != .other else { return }
    if status.kind == .file {
      if status.byteCount == 0 { return }
      if status.byteCount <= sizeLimit {
        let bytes = try FileSystem.read(path)
        let ends = [bytes.prefix(4096), bytes.suffix(4096)].map {
          String(decoding: $0, as: UTF8.self)
        }
        if form.marks.contains(where: { mark in ends.contains { $0.contains(mark) } }) {
          return try require(ContentSeal.isIntact(bytes), at: path, "a report")
        }
      }
    }
    throw SPINError(
      .cannotCreate, at: path, "exists and is not a report of spin",
      remedy: "remove it, or choose another name")
  }

  /// Requires that a file of spin is unchanged.
  ///
  /// - Parameters:
  ///   - isIntact: Whether its seal says so; nil if it has none.
  ///   - path: The path of the file.
  ///   - kind: The kind of file, for the message: "a report".
  static func require(_ isIntact: Bool?, at path: String, _ kind: String) throws {
    guard isIntact != true else { return }
    throw SPINError(
      .cannotCreate, at: path,
      isIntact == false
        ? "is \(kind) of spin that was changed since it was written"
        : "is \(kind) of an earlier version of spin, which cannot tell whether it was changed since",
      remedy: "move it away" + (kind == "a report" ? ", or choose another name" : ""))
  }
}
