// SPDX-License-Identifier: Apache-2.0

import Foundation
package import SPINErrors

extension SPINError {
  /// The system's description of an error number: "No space left on device".
  package static func reason(_ number: Int32) -> String {
    unsafe String(cString: strerror(number))
  }

  /// An error for a file that cannot be opened for reading.
  package static func cannotOpen(_ path: String, errno number: Int32) -> SPINError {
    switch number {
    case ENOENT, ENOTDIR:
      return SPINError(.missingInput, at: path, "no such file", remedy: "check the path")
    case EACCES, EPERM:
      return SPINError(
        .missingInput, at: path, "permission denied", remedy: "check its permissions")
    default:
      let shortage = remedy(whereShort: number)
      return SPINError(
        shortage == nil ? .missingInput : .inputOutput, at: path,
        "cannot be opened (\(reason(number)))", remedy: shortage)
    }
  }

  /// An error for an output that cannot be created or replaced.
  package static func cannotCreate(_ path: String, errno number: Int32) -> SPINError {
    let shortage = remedy(whereShort: number)
    return SPINError(
      shortage == nil ? .cannotCreate : .inputOutput, at: path,
      "cannot be written (\(reason(number)))",
      remedy: shortage ?? "choose a path that you may write to")
  }

  /// An error for an output that could not be written further.
  package static func cannotWrite(_ path: String, errno number: Int32) -> SPINError {
    SPINError(
      .inputOutput, at: path, "cannot be written (\(reason(number)))",
      remedy: remedy(whereShort: number))
  }

  /// What helps where the system has too little of something; nil for other errors.
  private static func remedy(whereShort number: Int32) -> SettingText? {
    switch number {
    case ENOSPC, EDQUOT, EFBIG: "free some disk space, then run the same command again"
    case EMFILE: "allow more open files, as by ulimit -n 1024, then run the same command again"
    case ENFILE: "end programs that have many files open, then run the same command again"
    default: nil
    }
  }

  /// An error for an input that could not be read further.
  package static func cannotRead(_ path: String, errno number: Int32) -> SPINError {
    SPINError(.inputOutput, at: path, "cannot be read (\(reason(number)))")
  }
}
