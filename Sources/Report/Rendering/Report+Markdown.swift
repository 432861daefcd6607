// SPDX-License-Identifier: Apache-2.0

extension Report {
  /// The report as Markdown: the same numbers; a table stands for every figure.
  public var markdown: String { MarkdownRenderer().page(ReportDocument(self)) }
}
