// SPDX-License-Identifier: Apache-2.0

import SPINStorage

extension Report {
  /// The report as one self-contained page without scripts, readable in light and dark mode, on a
  /// phone and on paper.
  ///
  /// The page is both HTML and well-formed XML.
  /// The page is HTML and at the same time well-formed XML.
  public var html: String {
    var renderer = HTMLRenderer()
    return ContentSeal.sealed(renderer.page(ReportDocument(self)))
  }
}
