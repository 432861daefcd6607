// SPDX-License-Identifier: Apache-2.0

extension JSON {
  /// A member that differs between two documents, or that only one of them has.
  public struct Difference: Sendable, Equatable {
    /// The path of the member: "generation.max_new_tokens".
    public let path: String
    /// The value in the first document; nil if it has no such member.
    public let first: JSON?
    /// The value in the second document; nil if it has no such member.
    public let second: JSON?

    /// A difference; `path` may be any name by which the reader knows the member.
    public init(path: String, first: JSON?, second: JSON?) {
      (self.path, self.first, self.second) = (path, first, second)
    }

    /// The difference in words, the first document being the older one: "max_new_tokens was 64 and
    /// is 32".
    public var text: String {
      switch (first, second) {
      case (let first?, let second?) where first.brief == second.brief:
        // Long values are described by their kind, which is the same here.
        "\(path) was \(first.brief) and is another"
      case (let first?, let second?): "\(path) was \(first.brief) and is \(second.brief)"
      case (let first?, nil): "\(path) was \(first.brief) and is not given"
      case (nil, let second): "\(path) was not given and is \(second?.brief ?? "null")"
      }
    }
  }

  /// The members in which another document differs, in the order of this document, then of the
  /// other.
  ///
  /// Objects are compared member by member, arrays of equally many objects element by element, and
  /// all other values as a whole.
  public func differences(from other: JSON) -> [Difference] {
    Self.differences(self, other, at: "")
  }

  private static func differences(_ first: JSON, _ second: JSON, at path: String) -> [Difference] {
    if let left = first.array, let right = second.array, left.count == right.count,
      (left + right).allSatisfy({ $0.object != nil })
    {
      return left.indices.flatMap { differences(left[$0], right[$0], at: "\(path)[\($0)]") }
    }
    guard let left = first.object, let right = second.object else {
      return first == second
        ? [] : [Difference(path: path.isEmpty ? "it" : path, first: first, second: second)]
    }
    let names = left.keys + right.keys.filter { left[$0] == nil }
    return names.flatMap { name -> [Difference] in
      let inner = path.isEmpty ? name : "\(path).\(name)"
      guard let before = left[name], let after = right[name] else {
        return [Difference(path: inner, first: left[name], second: right[name])]
      }
      return differences(before, after, at: inner)
    }
  }
}
