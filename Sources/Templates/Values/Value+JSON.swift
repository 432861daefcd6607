// SPDX-License-Identifier: Apache-2.0

import SPINJSON

extension Interpreter {
  /// A JSON value as Python's `json.loads` returns it, except that integers beyond 64 bits are
  /// floats.
  func value(of json: JSON) throws -> Value {
    switch json {
    case .null: .none
    case .bool(let value): .boolean(value)
    case .integer(let value): .integer(Int(value))
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .array(let elements): try list(elements.map { try value(of: $0) })
    case .object(let object):
      try mapping(object.members.map { (.string($0.key), try value(of: $0.value)) })
    }
  }
}
