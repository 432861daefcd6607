// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Writes a result for people, or JSON; in place of the standard library's function of this name, which would not notice
/// a full disk.
///
/// Control characters and bidirectional marks of names and files are escaped, whoever reads: such a text ends up on a terminal.
/// The escapes are those of JSON, in which they mean the same.
func print(_ text: String, terminator: String = "\n") {
  StandardOutput.write(PrintableText.escaped(text) + terminator)
}

/// Writes a result that another program takes as it is: a text of a model, or the path of a file.
///
/// Only a terminal gets it escaped.
func printExactly(_ text: String, terminator: String = "\n") {
  StandardOutput.write(text + terminator)
}
