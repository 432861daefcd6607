// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Writes a result; in place of the standard library's function of this name, which would send a terminal
/// whatever files hold, and would not notice a full disk.
func print(_ text: String, terminator: String = "\n") {
  StandardOutput.write(text + terminator)
}
