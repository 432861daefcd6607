// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes the bytes of a data file.
func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}
