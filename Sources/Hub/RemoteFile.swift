// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// The digest by which the Hub lists a file's content.
enum ContentDigest: Sendable, Hashable {
  /// SHA-256 of the content, for large files (git LFS).
  case sha256(String)
  /// The git object name of the content, for other files.
  case git(String)

  /// The name of the file's blob in the cache: the digest itself.
  var name: String {
    switch self {
    case .sha256(let digits), .git(let digits): digits
    }
  }

  /// The digest written as a name, told apart by length; nil if the name is none.
  init?(name: String) {
    guard HubReference.isHexadecimal(name) else { return nil }
    switch name.utf8.count {
    case 40: self = .git(name)
    case 64: self = .sha256(name)
    default: return nil
    }
  }
}

/// The digest of content that arrives in parts.
struct ContentHash {
  private enum State {
    case sha256(SHA256)
    case git(SHA1)
  }
  private var state: State

  init(_ digest: ContentDigest, byteCount: Int) {
    state =
      switch digest {
      case .sha256: .sha256(SHA256())
      case .git: .git(SHA1(gitBlobOf: byteCount))
      }
  }

  mutating func update(_ bytes: [UInt8]) {
    switch state {
    case .sha256(var hash):
      hash.update(bytes)
      state = .sha256(hash)
    case .git(var hash):
      hash.update(bytes)
      state = .git(hash)
    }
  }

  var hexadecimal: String {
    switch state {
    case .sha256(let hash): hash.hexadecimal
    case .git(let hash): hash.hexadecimal
    }
  }
}

/// A file of a repository, as the Hub lists it.
struct RemoteFile: Sendable, Hashable {
  /// The path in the repository, with slashes; it cannot lead out of the repository.
  let path: String
  let byteCount: Int
  /// The valid sizes, in bytes: sums over half a million files fit in 64 bits.
  static let sizes = 0..<(1 << 44)
  let digest: ContentDigest
  /// The git object name of what the repository itself contains, which for large files is a
  /// pointer.
  let gitName: String
  /// The hash of the content in the Hub's Xet storage; nil if the Hub gives none.
  let xetHash: String?

  /// Returns a path of a listing if it is safe.
  ///
  /// - Throws: `SPINError` if it could lead out of the folder of its repository.
  static func checked(path: String, of reference: HubReference) throws -> String {
    guard isSafe(path: path) else {
      throw SPINError(
        .malformedInput, at: "\(reference)",
        "lists the file \"\(path.prefix(200))\", whose name would lead out of its folder",
        remedy: "do not use this repository")
    }
    return path
  }

  /// Whether a path stays in the folder of its repository and has only valid names.
  static func isSafe(path: String) -> Bool {
    path.utf8.count <= 1024 && !path.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == 0x5C }
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255
          && !$0.dropFirst().hasPrefix(":")
      }
  }
}
