// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

extension CPUDevice {
  /// Allocates a buffer of zeros in host memory.
  public func buffer(count: Int) -> FloatBuffer { FloatBuffer(count: count) }

  /// Calls `body` with the elements in place, without a copy.
  public func download<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    try buffer.withSpan(range, body)
  }

  /// Calls `body` with the elements in place, without a copy.
  public func upload<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    try buffer.withMutableSpan(range, body)
  }

  /// The scratch memory in bytes: the largest part that threads share in any operation, plus the
  /// largest part per thread times the number of threads.
  public func scratchBytes(for operations: [DeviceOperation]) -> Int {
    var (shared, each) = (0, 0)
    for operation in operations {
      switch operation {
      case .products(let rows, let inputColumns):
        // All threads share the inputs, packed as panels of padded height; each packs blocks of
        // weights.
        shared = max(shared, rows * (inputColumns + 64))
        each = max(each, Self.sumBlock * Self.sumBlock)
      case .weightGradients(let tokens):
        each = max(each, Self.gradientRowBlock * tokens)
      case .attention(let longestSample, let headSize):
        let (e, block) = (headSize + 64, CausalAttention.queryBlock)
        each = max(each, longestSample * (5 * e + 3 * block) + 2 * block * e)
      }
    }
    return 4 * (shared + threadCount * each)
  }
}
