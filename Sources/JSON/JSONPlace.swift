// SPDX-License-Identifier: Apache-2.0

/// The position of a container in a document, for messages.
///
/// Positions are linked to their parents instead of storing paths as strings: with a key nearly as
/// long as the document, a string for each value would make memory quadratic in the document's
/// length.
final class JSONPlace: Sendable {
  /// The step from a container to a value in it.
  enum Step: Sendable {
    /// The document itself.
    case whole
    case key(String)
    case index(Int)
  }

  /// The name of the document.
  let file: String
  private let parent: JSONPlace?
  private let step: Step

  init(file: String, in parent: JSONPlace? = nil, at step: Step = .whole) {
    self.file = file
    self.parent = parent
    self.step = step
  }

  /// The path of keys and indices to a value in the container: "layers[3].shape".
  func path(to last: Step) -> String {
    var steps = [last, step]
    var place = parent
    while let outer = place {
      steps.append(outer.step)
      place = outer.parent
    }
    return steps.reversed().reduce(into: "") { $0 = Self.path($0, $1) }
  }

  /// A path with one more step; keys of more than 200 bytes are abbreviated.
  static func path(_ path: String, _ step: Step) -> String {
    switch step {
    case .whole: path
    case .index(let index): "\(path)[\(index)]"
    case .key(let key): path.isEmpty ? abbreviated(key) : "\(path).\(abbreviated(key))"
    }
  }

  private static func abbreviated(_ key: String) -> String {
    guard key.utf8.count > 200 else { return key }
    return String(key.unicodeScalars.prefix(197)) + "..."
  }
}
