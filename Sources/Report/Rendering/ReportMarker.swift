// SPDX-License-Identifier: Apache-2.0

/// What tells a report from a file of somebody else's that has its name.
public enum ReportMarker {
  /// The generator that a page names.
  public static let generator = "spin report"
  /// The last line of a report in Markdown, which nobody sees rendered.
  public static let comment = "<!-- spin report -->"
}
