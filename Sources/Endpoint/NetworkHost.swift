// SPDX-License-Identifier: Apache-2.0

/// The host of a web address: a name, or a numeric address.
///
/// Names that merely begin like an address are names: `127.attacker.example` resolves to whatever
/// its owner wants.
struct NetworkHost: Sendable, Equatable {
  private enum Kind: Sendable, Equatable {
    case name(String)
    case version4(UInt32)
    case version6([UInt16])
  }

  private let kind: Kind

  /// Parses the host of a URL; the brackets of an IPv6 address may be absent.
  ///
  /// IPv4 addresses may have every form that `inet_aton` accepts, since the system's resolver
  /// accepts them too: one to four parts, each decimal, octal or hexadecimal, of which the last
  /// fills the remaining bytes.
  init(_ text: String) {
    var host = text.lowercased()
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    if let groups = Self.version6(host) {
      kind = .version6(groups)
    } else if let address = Self.version4(host) {
      kind = .version4(address)
    } else {
      // A dot at the end denotes the DNS root and changes nothing.
      kind = .name(host.hasSuffix(".") ? String(host.dropLast()) : host)
    }
  }

  /// Whether the host is the local machine, whatever DNS says.
  ///
  /// This is true of 127.0.0.0/8 and ::1, of their IPv4-mapped forms, of the unspecified addresses
  /// 0.0.0.0 and ::, which `connect` takes for the local machine, and of `localhost` and the names
  /// below it (RFC 6761, section 6.3).
  var isLoopback: Bool {
    switch kind {
    case .name(let name): name == "localhost" || name.hasSuffix(".localhost")
    case .version4(let address): Self.isLoopback(address)
    case .version6(let groups):
      if groups[0..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
        Self.isLoopback(UInt32(groups[6]) << 16 | UInt32(groups[7]))
      } else {
        groups[0..<7].allSatisfy { $0 == 0 } && groups[7] <= 1
      }
    }
  }

  /// An IPv4 address in its usual form; nil for other hosts.
  var dottedQuad: String? {
    guard case .version4(let address) = kind else { return nil }
    return (0..<4).map { String(address >> (24 - 8 * $0) & 255) }.joined(separator: ".")
  }

  private static func isLoopback(_ address: UInt32) -> Bool { address >> 24 == 127 || address == 0 }

  // MARK: - IPv4

  private static func version4(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { number($0) }
    guard (1...4).contains(parts.count) else { return nil }
    var address: UInt64 = 0
    for (index, part) in parts.enumerated() {
      guard let part else { return nil }
      let isLast = index == parts.count - 1
      let bits = isLast ? 8 * (5 - UInt64(parts.count)) : 8
      guard part < 1 << bits else { return nil }
      address = address << bits | part
    }
    return UInt32(exactly: address)
  }

  /// A part of an IPv4 address: hexadecimal after `0x`, octal after `0`, otherwise decimal; nil if
  /// it is neither.
  private static func number(_ text: Substring) -> UInt64? {
    var digits = text
    var radix = 10
    if digits.hasPrefix("0x") {
      digits = digits.dropFirst(2)
      radix = 16
      // As in glibc, "0x" is zero.
      if digits.isEmpty { return 0 }
    } else if digits.hasPrefix("0"), digits.utf8.count > 1 {
      radix = 8
    }
    // `UInt64(_:radix:)` would accept a sign.
    guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
      return nil
    }
    return UInt64(digits, radix: radix)
  }

  // MARK: - IPv6

  /// The eight groups of an address in one of the forms of RFC 4291, section 2.2, without its zone;
  /// nil if it is none.
  private static func version6(_ text: String) -> [UInt16]? {
    let address = text.prefix { $0 != "%" }
    guard address.contains(":") else { return nil }
    let halves = address.split(separator: "::", omittingEmptySubsequences: false)
    guard halves.count <= 2, let head = groups(halves[0]) else { return nil }
    guard halves.count == 2 else { return head.count == 8 ? head : nil }
    guard let tail = groups(halves[1]), head.count + tail.count < 8 else { return nil }
    return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  /// The groups between colons, of which the last may be an IPv4 address in four decimal parts.
  private static func groups(_ text: Substring) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(".") {
        guard let address = dottedQuad(part) else { return nil }
        groups += [UInt16(address >> 16), UInt16(truncatingIfNeeded: address)]
        continue
      }
      guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
        let group = UInt16(part, radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups.count <= 8 ? groups : nil
  }

  private static func dottedQuad(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts.allSatisfy({ $0.utf8.allSatisfy { 48...57 ~= $0 } }) else {
      return nil
    }
    let bytes = parts.compactMap { UInt8($0) }
    guard bytes.count == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}
