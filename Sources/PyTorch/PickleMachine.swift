// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Interprets the pickle of a PyTorch checkpoint as data.
///
/// A pickle is a program for a stack machine that can import and call anything. This machine knows the
/// opcodes that `torch.save` uses for a dictionary of tensors, a dozen names, and no calls: `REDUCE` on
/// one of these names makes a description. Everything else is an error that names it.
///
/// - Source: `pickle.py` and `pickletools.py` of CPython; `torch/serialization.py`.
struct PickleMachine {
  private let path: String
  private let bytes: [UInt8]
  private var position = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []

  /// - Parameter path: The name of the document, for messages.
  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The tensors of the dictionary that the pickle describes, in its order.
  ///
  /// - Throws: `SPINError` that names the opcode or the global which is not allowed, or says what is
  ///   inconsistent.
  mutating func tensors() throws -> [(name: String, tensor: PickleTensor)] {
    guard bytes.count <= PickleLimits.byteCount else {
      throw failure("has \(bytes.count) bytes, expected at most \(PickleLimits.byteCount)")
    }
    while try !step() {}
    guard position == bytes.count, stack.count == 1, marks.isEmpty,
      case .dictionary(let index) = stack[0]
    else { throw failure("is not one dictionary of tensors") }
    return try dictionaries[index].map { key, value in
      guard case .string(let name) = key, case .tensor(let tensor) = value else {
        let what = if case .string(let name) = key { "\"\(name)\"" } else { key.kind }
        throw failure(
          "maps \(what) to \(value.kind), expected tensors by name",
          remedy: "give the weights of a model, as `save_pretrained` writes them")
      }
      return (name, tensor)
    }
  }

  /// Carries out one opcode.
  ///
  /// - Returns: Whether it was the last.
  private mutating func step() throws -> Bool {
    let start = position
    let opcode = try byte()
    switch opcode {
    case 0x80:
      let version = try byte()
      guard version == 2, start == 0 else {
        throw failure("has the pickle protocol \(version), expected 2 at the beginning")
      }
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try integer(4)))))
    case UInt8(ascii: "K"): try push(.integer(try integer(1)))
    case UInt8(ascii: "M"): try push(.integer(try integer(2)))
    case 0x8A: try push(.integer(try long()))
    case UInt8(ascii: "X"): try push(.string(try string(try integer(4))))
    case UInt8(ascii: "c"): try push(.global(try global()))
    case UInt8(ascii: ")"): try push(.tuple([], depth: 1))
    case 0x85...0x87: try pushTuple(try pop(Int(opcode) - 0x84))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case UInt8(ascii: "}"): try pushDictionary()
    case UInt8(ascii: "s"): try setItems(try pop(2))
    case UInt8(ascii: "u"): try setItems(try popToMark())
    case UInt8(ascii: "q"): try memoize(try integer(1))
    case UInt8(ascii: "r"): try memoize(try integer(4))
    case UInt8(ascii: "h"): try recall(try integer(1))
    case UInt8(ascii: "j"): try recall(try integer(4))
    case UInt8(ascii: "Q"): try pushStorage()
    case UInt8(ascii: "R"): try reduce()
    case UInt8(ascii: "b"): try build()
    case UInt8(ascii: "."): return true
    default:
      throw refusal(
        "holds the opcode \(PickleOpcodeNames.name(of: opcode)) at byte \(start), which a "
          + "dictionary of tensors does not need")
    }
    return false
  }

  // MARK: - Arguments

  private mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw failure("ends before STOP") }
    defer { position += 1 }
    return bytes[position]
  }

  /// An unsigned little-endian number.
  private mutating func integer(_ count: Int) throws -> Int {
    var value = 0
    for index in 0..<count { value |= Int(try byte()) << (8 * index) }
    return value
  }

  /// A signed number of as many bytes as the first says, at most eight.
  private mutating func long() throws -> Int {
    let count = Int(try byte())
    guard count <= 8 else {
      throw failure("holds an integer of \(count) bytes, expected at most 8")
    }
    let value = try integer(count)
    guard count > 0, count < 8 else { return value }
    let shift = 64 - 8 * count
    return (value << shift) >> shift
  }

  private mutating func string(_ count: Int) throws -> String {
    guard count <= PickleLimits.stringByteCount, count <= bytes.count - position else {
      throw failure(
        "holds a string of \(count) bytes, expected at most \(PickleLimits.stringByteCount)")
    }
    defer { position += count }
    guard let text = String(validating: bytes[position..<position + count], as: UTF8.self) else {
      throw failure("holds a string that is not UTF-8")
    }
    return text
  }

  private mutating func line() throws -> String {
    guard
      let end = bytes[position...].prefix(PickleLimits.stringByteCount).firstIndex(of: 0x0A)
    else { throw failure("holds the name of a global without an end") }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  private mutating func global() throws -> PickleGlobal {
    let (module, name) = (try line(), try line())
    guard let global = PickleGlobal(module: module, name: name) else {
      throw refusal("names the global \(module).\(name)")
    }
    return global
  }

  // MARK: - Stack

  private mutating func push(_ value: PickleValue) throws {
    guard stack.count < PickleLimits.stackDepth else {
      throw failure("stacks more than \(PickleLimits.stackDepth) values")
    }
    stack.append(value)
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw failure("takes from an empty stack")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw failure("looks for a mark that is not there") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func pushTuple(_ values: [PickleValue]) throws {
    let depth = 1 + (values.map(\.depth).max() ?? 0)
    guard depth <= PickleLimits.tupleDepth else {
      throw failure("nests tuples deeper than \(PickleLimits.tupleDepth)")
    }
    try push(.tuple(values, depth: depth))
  }

  private mutating func pushDictionary() throws {
    guard dictionaries.count < PickleLimits.dictionaryCount else {
      throw failure("holds more than \(PickleLimits.dictionaryCount) dictionaries")
    }
    dictionaries.append([])
    try push(.dictionary(dictionaries.count - 1))
  }

  private mutating func setItems(_ items: [PickleValue]) throws {
    guard case .dictionary(let index) = stack.last, items.count % 2 == 0 else {
      throw failure("sets items of what is no dictionary")
    }
    for item in stride(from: 0, to: items.count, by: 2) {
      dictionaries[index].append((items[item], items[item + 1]))
    }
  }

  private mutating func memoize(_ key: Int) throws {
    guard let value = stack.last, memo.count < PickleLimits.memoCount || memo[key] != nil else {
      throw failure("memoizes nothing, or more than \(PickleLimits.memoCount) values")
    }
    memo[key] = value
  }

  private mutating func recall(_ key: Int) throws {
    guard let value = memo[key] else { throw failure("recalls \(key), which was not memoized") }
    try push(value)
  }

  // MARK: - Descriptions

  /// `("storage", class, key, device, count)`.
  private mutating func pushStorage() throws {
    guard case .tuple(let fields, _) = try pop(1)[0], fields.count == 5,
      case .string("storage") = fields[0], case .global(.storage(let type)) = fields[1],
      case .string(let key) = fields[2], case .string = fields[3],
      case .integer(let count) = fields[4], count >= 0, count <= 1 << 48
    else { throw failure("holds a persistent id that describes no storage") }
    try push(.storage(PickleStorage(type: type, key: key, count: count)))
  }

  private mutating func reduce() throws {
    let fields = try pop(2)
    guard case .tuple(let arguments, _) = fields[1] else {
      throw failure("calls \(fields[0].kind) without arguments")
    }
    switch fields[0] {
    case .global(.orderedDictionary) where arguments.isEmpty: try pushDictionary()
    case .global(.rebuildTensor): try push(.tensor(try tensor(arguments)))
    default:
      throw refusal("calls \(fields[0].kind) with \(arguments.count) arguments")
    }
  }

  /// `(storage, offset, size, stride, requires_grad, backward_hooks)`.
  private func tensor(_ fields: [PickleValue]) throws -> PickleTensor {
    guard fields.count == 6, case .storage(let storage) = fields[0],
      case .integer(let offset) = fields[1], case .tuple(let sizes, _) = fields[2],
      case .tuple(let steps, _) = fields[3], sizes.count == steps.count,
      sizes.count <= PickleLimits.dimensionCount
    else { throw failure("describes a tensor by other fields than PyTorch does") }
    func numbers(_ values: [PickleValue]) throws -> [Int] {
      try values.map { value in
        guard case .integer(let number) = value, 0...(1 << 48) ~= number else {
          throw failure("describes a tensor by sizes that are not small positive integers")
        }
        return number
      }
    }
    let tensor = PickleTensor(
      storage: storage, offset: offset, shape: try numbers(sizes), strides: try numbers(steps))
    guard let extent = tensor.extent, offset >= 0, extent <= storage.count - offset,
      tensor.count <= storage.count
    else {
      throw failure(
        "describes a tensor of the shape \(tensor.shape) and strides \(tensor.strides) from element "
          + "\(offset) of a storage of \(storage.count)")
    }
    return tensor
  }

  /// The attribute that PyTorch gives the dictionary of a module's state, which is left out.
  private mutating func build() throws {
    let state = try pop(1)[0]
    guard case .dictionary(let index) = state, case .dictionary = stack.last,
      dictionaries[index].allSatisfy({ key, _ in
        if case .string("_metadata") = key { true } else { false }
      })
    else { throw refusal("holds the opcode BUILD on \(stack.last?.kind ?? "nothing")") }
  }

  private func failure(_ message: String, remedy: String? = nil) -> SPINError {
    SPINError(
      .malformedInput, at: path, message,
      remedy: remedy ?? "the file is damaged, or is not the weights of a model")
  }

  /// An error about what could run code.
  private func refusal(_ message: String) -> SPINError {
    SPINError(
      .malformedInput, at: path, message + "; only tensors are read and nothing is ever run",
      remedy: "do not load this file anywhere unless you trust its author; use a checkpoint in "
        + "safetensors")
  }
}

extension PickleTensor {
  /// The elements of the storage from the first to the last that is touched; nil where that overflows.
  var extent: Int? {
    if shape.contains(0) { return 0 }
    var last = 0
    for (size, stride) in zip(shape, strides) {
      let (product, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(product)
      if overflow || carry { return nil }
      last = sum
    }
    return last + 1
  }

  /// The number of elements, the largest integer where it overflows.
  var count: Int {
    shape.reduce(1) { product, size in
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      return overflow ? .max : next
    }
  }

  /// Whether elements follow one another in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }
}
