// SPDX-License-Identifier: Apache-2.0

/// A repository of the Hugging Face Hub, and a revision of it.
///
///     HubReference("Qwen/Qwen2-0.5B-Instruct")          // the branch main
///     HubReference("Qwen/Qwen2-0.5B-Instruct@c540970")  // a branch, a tag, or a commit, perhaps abbreviated
public struct HubReference: Sendable, Hashable, CustomStringConvertible {
  /// A kind of repository.
  public enum Kind: String, Sendable, CaseIterable {
    case model, dataset
  }

  /// The kind of repository.
  public let kind: Kind
  /// Owner and name, such as "Qwen/Qwen2-0.5B-Instruct".
  public let repository: String
  /// A branch, a tag, or a commit, perhaps abbreviated; nil for the branch main.
  public let revision: String?

  /// Parses `owner/name` or `owner/name@revision`; nil if the text is neither.
  ///
  /// The rules for owner and name are the Hub's: at most 96 letters, digits, `-`, `_` and `.` each,
  /// with neither `-` nor `.` at an end, without `--` and `..`, and no `.git` at the end of the
  /// name. A revision is a name that git allows, of at most 200 letters, digits, `-`, `_`, `.` and
  /// `/`.
  public init?(_ text: String, kind: Kind = .model) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false)
    guard names.count == 2, names.allSatisfy({ Self.isName($0.utf8) }),
      !parts[0].contains("--"), !parts[0].contains(".."), !names[1].hasSuffix(".git")
    else { return nil }
    self.kind = kind
    repository = String(parts[0])
    revision = parts.count > 1 ? String(parts[1]) : nil
    if let revision, !Self.isRevision(revision) { return nil }
  }

  /// The same repository at another revision, such as the commit to which a branch was resolved.
  func at(_ revision: String) -> HubReference {
    HubReference(kind: kind, repository: repository, revision: revision)
  }

  private init(kind: Kind, repository: String, revision: String) {
    (self.kind, self.repository, self.revision) = (kind, repository, revision)
  }

  /// The reference in the form "owner/name@revision".
  public var description: String { repository + (revision.map { "@\($0)" } ?? "") }

  /// The revision; "main" if there is none.
  var revisionOrMain: String { revision ?? "main" }

  /// The name of the repository's folder in the cache: "models--owner--name".
  var folderName: String {
    "\(kind.rawValue)s--" + repository.split(separator: "/").joined(separator: "--")
  }

  /// The repository of a folder in the cache; nil if the folder's name is not that of a repository.
  init?(folderName: String) {
    for kind in Kind.allCases {
      guard folderName.hasPrefix("\(kind.rawValue)s--") else { continue }
      let rest = folderName.dropFirst(kind.rawValue.utf8.count + 3)
      guard let separator = rest.firstRange(of: "--") else { return nil }
      self.init(
        "\(rest[..<separator.lowerBound])/\(rest[separator.upperBound...])", kind: kind)
      return
    }
    return nil
  }

  /// Whether a text is a full commit: 40 lowercase hexadecimal digits.
  static func isCommit(_ text: String) -> Bool { text.utf8.count == 40 && isHexadecimal(text) }

  /// Whether a text consists of lowercase hexadecimal digits.
  static func isHexadecimal(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  private static func isName(_ name: Substring.UTF8View) -> Bool {
    guard (1...96).contains(name.count), let first = name.first, let last = name.last else {
      return false
    }
    let ends = [UInt8(ascii: "-"), UInt8(ascii: ".")]
    return name.allSatisfy(isWordByte) && !ends.contains(first) && !ends.contains(last)
  }

  private static func isRevision(_ revision: String) -> Bool {
    guard (1...200).contains(revision.utf8.count), !revision.hasPrefix("-"),
      revision.utf8.allSatisfy({ isWordByte($0) || $0 == UInt8(ascii: "/") })
    else { return false }
    return revision.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".") && !$0.contains("..")
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}
