// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

extension ModelDirectory {
  /// The same checkpoint with other bytes in some tensors, in memory: the files are left unchanged, and so is this
  /// value.
  ///
  /// Files that hold an edited tensor are mapped once more, and pages that are changed become copies of this process;
  /// nothing else is loaded again. So the untouched model and any number of edited ones exist side by side.
  ///
  /// - Parameters:
  ///   - names: The tensors that are edited.
  ///   - edit: Called once with a function that puts bytes over the file of a tensor, from an offset of the file on.
  /// - Throws: `SPINError` where a file was changed meanwhile or the system refuses memory; what `edit` throws.
  package func edited(
    _ names: some Sequence<String>,
    _ edit: (_ overlay: (_ tensor: String, _ bytes: [UInt8], _ offset: Int) throws -> Void) throws
      -> Void
  ) throws -> ModelDirectory {
    let paths = Set(names.compactMap { tensors[$0]?.file.path })
    let copy = try ModelDirectory(
      self, files: files.map { paths.contains($0.path) ? try $0.mappedAgain() : $0 })
    try edit { name, bytes, offset in
      guard let entry = copy.tensors[name] else { preconditionFailure("no tensor \(name)") }
      try entry.file.overlay(bytes, at: offset)
    }
    // What was read to check and make the edit does not count for whoever uses it.
    for file in files + copy.files { file.file.releasePages(0..<file.file.byteCount) }
    return copy
  }
}
