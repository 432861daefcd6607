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
      SPINError(.missingInput, at: path, "no such file", remedy: "check the path")
    case EACCES, EPERM:
      SPINError(.missingInput, at: path, "permission denied", remedy: "check its permissions")
    default:
      SPINError(.missingInput, at: path, "cannot be opened (\(reason(number)))")
    }
  }

  /// An error for an output that cannot be created or replaced.
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
  /// An error for an output that could not be written further.
  package static func cannotWrite(_ path: String, errno number: Int32) -> SPINError {
    let isFull = number == ENOSPC || number == EDQUOT || number == EFBIG
    return SPINError(
      .inputOutput, at: path, "cannot be written (\(reason(number)))",
      remedy: isFull ? "free some disk space, then run the same command again" : nil)
  }

  /// An error for an input that could not be read further.
  package static func cannotRead(_ path: String, errno number: Int32) -> SPINError {
    SPINError(.inputOutput, at: path, "cannot be read (\(reason(number)))")
  }
}
