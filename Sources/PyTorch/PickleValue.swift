// SPDX-License-Identifier: Apache-2.0

/// What the few opcodes of a checkpoint's pickle can make.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case string(String)
  /// Values with the depth of their nesting, which is bounded.
  case tuple([PickleValue], depth: Int)
  /// The index of a dictionary that the machine owns: no chain of values can grow deep.
  case dictionary(Int)
  /// One of the short list of names.
  case global(PickleGlobal)
  case storage(PickleStorage)
  case tensor(PickleTensor)

  var depth: Int {
    if case .tuple(_, let depth) = self { depth } else { 0 }
  }

  /// What such a value is called in messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer: "an integer"
    case .string: "a string"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .global(let global): "the global \(global.name)"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// A global that a checkpoint may name; none is ever called.
enum PickleGlobal {
  case orderedDictionary
  case rebuildTensor
  case storage(StorageType)

  /// The global of a module and a name, nil for all but the short list.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch", _):
      guard let type = StorageType(rawValue: name) else { return nil }
      self = .storage(type)
    default: return nil
    }
  }

  var name: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
    case .storage(let type): "torch.\(type.rawValue)"
    }
  }
}

/// A storage: an entry `data/KEY` of the archive.
struct PickleStorage {
  let type: StorageType
  let key: String
  let count: Int
}

/// A view of a storage.
struct PickleTensor {
  let storage: PickleStorage
  /// The offset of the first element.
  let offset: Int
  let shape: [Int]
  /// Elements from one index to the next, by dimension.
  let strides: [Int]
}
