// SPDX-License-Identifier: Apache-2.0

/// Where a container is in a document, for messages.
///
/// A chain rather than a text: a text for each value would take a document's length for every value of it,
/// where a key is as long as the document.
final class JSONPlace: Sendable {
  /// The way from a container to something in it.
  enum Step: Sendable {
    /// The document itself.
    case whole
    case key(String)
    case index(Int)
  }

  /// The document.
  let file: String
  private let parent: JSONPlace?
  private let step: Step

  init(file: String, in parent: JSONPlace? = nil, at step: Step = .whole) {
    self.file = file
    self.parent = parent
    self.step = step
  }

  /// The keys and indices that lead to something in the container: "layers[3].shape".
  func path(to last: Step) -> String {
    var steps = [last, step]
    var place = parent
    while let outer = place {
      steps.append(outer.step)
      place = outer.parent
    }
    return steps.reversed().reduce(into: "") { $0 = Self.path($0, $1) }
  }

  /// A path with one more step; long keys are abbreviated.
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
