// SPDX-License-Identifier: Apache-2.0

/// The temporary name of an output next to its target: ".NAME.hex.tmp" for files,
/// ".NAME.hex.partial" for directories.
enum TemporaryName: String, CaseIterable {
  case file = ".tmp"
  case directory = ".partial"

  /// A new, random temporary path next to a target.
  func path(beside path: String) -> String {
    let random = String(UInt32.random(in: .min ... .max), radix: 16)
    return "\(FileSystem.parent(of: path))/.\(FileSystem.name(of: path)).\(random)\(rawValue)"
  }

  /// The target's name, NAME, in a temporary name; nil for other names.
  func target(of name: String) -> String? {
    guard name.utf8.first == UInt8(ascii: "."), name.hasSuffix(rawValue) else { return nil }
    let inner = name.dropFirst().dropLast(rawValue.count)
    guard let dot = inner.utf8.lastIndex(of: UInt8(ascii: ".")), dot > inner.startIndex else {
      return nil
    }
    let suffix = inner[inner.utf8.index(after: dot)...]
    let isHexadecimal = suffix.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
    }
    return (1...8).contains(suffix.utf8.count) && isHexadecimal ? String(inner[..<dot]) : nil
  }

  /// The temporary names next to a target, of living and of dead writers.
  func names(beside path: String) throws -> [String] {
    let name = FileSystem.name(of: path)
    return try FileSystem.names(in: FileSystem.parent(of: path)).filter {
      target(of: $0).map { Array($0.utf8) == Array(name.utf8) } ?? false
    }
  }
}
