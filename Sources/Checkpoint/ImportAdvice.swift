// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// The command that turns what is not read in place into a checkpoint.
enum ImportAdvice {
  /// `spin model import SOURCE --out NAME`, quoted for a shell.
  ///
  /// The folder is named after the source, next to which it must not exist yet.
  static func command(for source: String) -> String {
    let name = FileSystem.name(of: source)
    let stem = name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name + "-safetensors"
    return ShellText.command(["spin", "model", "import", source, "--out", stem])
  }
}
