// SPDX-License-Identifier: Apache-2.0

import Foundation
package import SPINErrors

extension SPINError {
  /// The system's words for an error number, as "No space left on device".
  package static func reason(_ number: Int32) -> String {
    unsafe String(cString: strerror(number))
  }

  /// A file that cannot be opened for reading.
  package static func cannotOpen(_ path: String, errno number: Int32) -> SPINError {
    switch number {
    case ENOENT, ENOTDIR:
      SPINError(.missingInput, at: path, "no such file", remedy: "check the path")
    case EACCES, EPERM:
      SPINError(.missingInput, at: path, "permission denied", remedy: "check its permissions")
    default:
      SPINError(.missingInput, at: path, "cannot be opened (\(reason(number)))")
    }
  }

  /// An output that cannot be created or replaced.
  package static func cannotCreate(_ path: String, errno number: Int32) -> SPINError {
    SPINError(
      number == ENOSPC || number == EDQUOT ? .inputOutput : .cannotCreate, at: path,
      "cannot be written (\(reason(number)))",
      remedy: number == ENOSPC || number == EDQUOT
        ? "free some disk space, then run the same command again"
        : "choose a path that you may write to")
  }
}

extension SPINError {
  /// An output that was being written when the system refused to go on.
  package static func cannotWrite(_ path: String, errno number: Int32) -> SPINError {
    let isFull = number == ENOSPC || number == EDQUOT || number == EFBIG
    return SPINError(
      .inputOutput, at: path, "cannot be written (\(reason(number)))",
      remedy: isFull ? "free some disk space, then run the same command again" : nil)
  }

  /// An input that was being read when the system refused to go on.
  package static func cannotRead(_ path: String, errno number: Int32) -> SPINError {
    SPINError(.inputOutput, at: path, "cannot be read (\(reason(number)))")
  }
}
