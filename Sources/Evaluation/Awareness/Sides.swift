// SPDX-License-Identifier: Apache-2.0

package import SPINJSON

/// The results of a measure: before and after an edit, or once for a model without one.
public enum Sides<Value: Sendable>: Sendable {
  /// The result for a model without an edit.
  case single(Value)
  /// The results without and with an edit.
  case pair(before: Value, after: Value)

  /// The same of each side.
  public func map<Result: Sendable>(
    _ transform: (Value) throws -> Result
  ) rethrows -> Sides<Result> {
    switch self {
    case .single(let measure): .single(try transform(measure))
    case .pair(let before, let after):
      .pair(before: try transform(before), after: try transform(after))
    }
  }

  /// The result for the model with the edit, or for the only one.
  public var last: Value {
    switch self {
    case .single(let measure): measure
    case .pair(_, let after): after
    }
  }

  /// Each side with a name: "fairness", or "fairness before" and "fairness after".
  public func named(_ name: String) -> [(name: String, measure: Value)] {
    switch self {
    case .single(let measure): [(name, measure)]
    case .pair(let before, let after): [("\(name) before", before), ("\(name) after", after)]
    }
  }

  /// Of all sides, in order.
  public var all: [Value] {
    switch self {
    case .single(let measure): [measure]
    case .pair(let before, let after): [before, after]
    }
  }

  /// `result`, or `before` and `after`, as documents name them.
  package func json(_ value: (Value) -> JSON) -> JSONObject {
    switch self {
    case .single(let measure): ["result": value(measure)]
    case .pair(let before, let after): ["before": value(before), "after": value(after)]
    }
  }
}
