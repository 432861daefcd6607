// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// What tells a report from a file of somebody else's that has its name, and from one that was changed.
///
/// A report that was changed since it was written is not overwritten. One of an earlier version, which has no seal, may
/// have been changed and is not either.
package enum ReportMarker {
  /// The generator that a page names.
  static let generator = "spin report"
  /// The last line of a report in Markdown, which is not rendered.
  static let comment = "<!-- spin report; \(ContentSeal.blank) -->"
  /// The same in earlier versions.
  private static let comments = ["<!-- spin report -->", "<!-- spin report; "]

  /// What a report is written as.
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

  /// The largest report that is looked at.
  private static let sizeLimit = 1 << 30

  /// Requires that a file at a path that a user named is absent, or a report as it was written.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` where anything else would be overwritten.
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

  /// Requires that a file with the mark of spin is as it was written.
  ///
  /// - Parameters:
  ///   - isIntact: Whether it is, as its seal says; nil where it has none.
  ///   - path: Where it is.
  ///   - kind: What it is: "a report".
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
