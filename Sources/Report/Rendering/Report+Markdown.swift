// SPDX-License-Identifier: Apache-2.0

import SPINStorage

extension Report {
  /// The report as Markdown: the same numbers, with a table in place of every figure.
  public var markdown: String {
    ContentSeal.sealed(MarkdownRenderer().page(ReportDocument(self)), .last)
  }
}
