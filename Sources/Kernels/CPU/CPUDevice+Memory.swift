// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

extension CPUDevice {
  /// Memory of the program.
  public func buffer(count: Int) -> FloatBuffer { FloatBuffer(count: count) }

  /// The numbers in place.
  public func download<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    try buffer.withSpan(range, body)
  }

  /// The numbers in place.
  public func upload<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    try buffer.withMutableSpan(range, body)
  }

  /// What threads share, and what each has for itself, at the widest of the operations.
  public func scratchBytes(for operations: [DeviceOperation]) -> Int {
    var (shared, each) = (0, 0)
    for operation in operations {
      switch operation {
      case .products(let rows, let inputColumns):
        // Inputs are packed as panels, whose height is padded; each thread packs a block of weights.
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
