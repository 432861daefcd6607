// SPDX-License-Identifier: Apache-2.0

public import SPINKernels

/// The keys and values of one sequence in one block, position after position.
///
/// Float32, `[capacity, K * E]` each; capacity grows with the positions.
public struct KeyValueCache: Sendable {
  /// Positions that it holds.
  public private(set) var count = 0
  private var keys, values: MatrixView
  private let limit: Int

  /// An empty cache with capacity for some positions.
  ///
  /// - Parameters:
  ///   - configuration: The model's shape.
  ///   - capacity: The initial capacity in positions.
  ///   - limit: The maximum number of positions.
  ///   - device: The device whose memory it uses.
  public init(
    _ configuration: DecoderConfiguration, capacity: Int, limit: Int, on device: any Device
  ) {
    self.limit = limit
    let columns = configuration.keyValueHeadCount * configuration.headSize
    keys = device.matrix(rows: max(1, capacity), columns: columns)
    values = device.matrix(rows: max(1, capacity), columns: columns)
  }

  /// What a position attends to: itself and all before it.
  func context(through position: Int) -> CausalAttention.Context {
    precondition(position < count, "the position is not in the cache")
    return CausalAttention.Context(
      key: keys.rows(0..<position + 1), value: values.rows(0..<position + 1))
  }

  /// Forgets the last positions.
  mutating func removeLast(_ number: Int) {
    precondition((0...count).contains(number), "there are not as many positions")
    count -= number
  }

  /// Adds positions: rows of keys and values, rotated to their positions.
  mutating func append(_ key: MatrixView, _ value: MatrixView, on device: any Device) {
    let total = count + key.rows
    if total > keys.rows {
      let room = max(total, min(keys.rows * 2, limit))
      for matrix in [\Self.keys, \Self.values] {
        let grown = device.matrix(rows: room, columns: key.columns)
        device.gatherRows(
          self[keyPath: matrix], Array(0..<count), into: grown.rows(0..<count))
        self[keyPath: matrix] = grown
      }
    }
    device.gatherRows(key, Array(0..<key.rows), into: keys.rows(count..<total))
    device.gatherRows(value, Array(0..<key.rows), into: values.rows(count..<total))
    count = total
  }
}

extension BlockState {
  /// Adds the keys and values of some of its rows, one sample from its first position, to a cache.
  public func append(_ rows: Range<Int>, to cache: inout KeyValueCache, on device: any Device) {
    cache.append(key.rows(rows), value.rows(rows), on: device)
  }
}

/// The caches of the sequences of a batch.
public final class KeyValueCaches {
  /// By block, then by sequence, in the order of their rows.
  public var layers: [[KeyValueCache]]

  /// Caches of no sequence yet.
  public init(layerCount: Int) { layers = Array(repeating: [], count: layerCount) }

  /// Forgets the last positions of a sequence.
  public func removeLast(_ number: Int, of row: Int) {
    for layer in layers.indices { layers[layer][row].removeLast(number) }
  }

  /// Removes the sequence at a row.
  public func remove(at row: Int) {
    for layer in layers.indices { layers[layer].remove(at: row) }
  }
}
