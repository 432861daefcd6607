// SPDX-License-Identifier: Apache-2.0

import SPINStorage

extension Report {
  /// Writes `report.html`, `report.md` and `report.json` into a folder, each whole or not at all.
  func write(to directory: RunDirectory) throws {
    let paths = directory.report
    for (text, path) in [
      (html, paths.html), (markdown, paths.markdown),
      (json(toolVersion: SPINVersion.current).serialized(), paths.json),
    ] {
      try OutputFile.write(Array(text.utf8), to: path)
    }
  }
}
