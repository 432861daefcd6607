// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStorage

extension ModelOrigin {
  /// The origin of a folder in the cache of the Hub, `models--owner--name/snapshots/commit`; nil elsewhere.
  ///
  /// Its statement is "fetched from owner/name@commit".
  init?(hubFolder folder: String) {
    guard let whole = FileSystem.resolved(folder) else { return nil }
    let parts = whole.split(separator: "/").suffix(3).map(String.init)
    let prefix = "models--"
    guard parts.count == 3, parts[1] == "snapshots", parts[0].hasPrefix(prefix),
      parts[2].utf8.count == 40, parts[2].allSatisfy({ $0.isASCII && $0.isHexDigit })
    else { return nil }
    let name = parts[0].dropFirst(prefix.count)
    guard let separator = name.firstRange(of: "--") else { return nil }
    let repository = "\(name[..<separator.lowerBound])/\(name[separator.upperBound...])"
    self.init(json: [
      "schema": .string(Self.schema),
      "statement": .string("fetched from \(repository)@\(parts[2])"),
      "dequantized": false, "repository": .string(repository), "commit": .string(parts[2]),
    ])
  }

  /// Owner and name on the Hugging Face Hub; nil where the checkpoint does not come from there.
  public var repository: String? { json["repository"]?.string }
  /// The commit, 40 hexadecimal digits; nil where the checkpoint does not come from the Hub.
  public var commit: String? { json["commit"]?.string }
}

extension ModelDirectory {
  /// What the model is called in results: owner and name of its repository, else the name of its folder.
  public var name: String { origin?.repository ?? FileSystem.name(of: path) }
}
