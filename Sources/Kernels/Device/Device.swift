// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

/// A processor and its memory: a device owns buffers and computes with them.
///
/// Everything above this module is written in terms of these operations and knows nothing of
/// pointers, instruction sets or threads. `CPUDevice` is the only device in this module. Another
/// one, such as a GPU, conforms to this protocol and is opened through an `Execution`.
///
/// The requirements of a device:
///
/// - **Results depend on the device only through `arithmetic`.** Devices with the same arithmetic
///   give the same bits; the order of each sum is documented at the operations of `CPUDevice`. A
///   device that adds in another order has another arithmetic, and scores, trainings and measures
///   of the two are never mixed.
/// - **Memory.** Operations write only to buffers that the device allocated. What they only read
///   (weights, gains, biases, tables) may be in host memory: a device that cannot access host
///   memory caches a copy under `WeightMatrix.identity`, or under a buffer's identity and version,
///   and copies again when that key changes.
/// - **One caller.** Operations run one after the other; a device is used only by the code that
///   opened it.
/// - **Mismatched shapes are bugs** and trap: input has been validated before it reaches a device.
///
/// Matrices are row-major. T is the number of tokens, D the hidden size, K the number of inputs, N
/// the number of outputs, V the vocabulary size, E the head size.
public protocol Device: AnyObject {
  // MARK: Identity and cost

  /// A human-readable description: `cpu, avx512, 2 threads`.
  var description: String { get }
  /// The arithmetic, which determines the bits of results.
  var arithmetic: Arithmetic { get }
  /// The scratch memory, in bytes, that the given operations need besides their arguments when they
  /// run one after the other.
  func scratchBytes(for operations: [DeviceOperation]) -> Int

  // MARK: Memory

  /// Allocates a buffer of `count` elements, all zero.
  func buffer(count: Int) -> FloatBuffer
  /// Calls `body` with a range of a buffer's elements, copied to host memory if necessary.
  func download<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result
  /// Calls `body` to write every element of a range and copies the elements into the buffer.
  func upload<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result

  // MARK: Stopping

  /// Runs `body` and returns its result, or nil if the caller stopped the work meanwhile.
  ///
  /// Once the work is stopped, operations return at once and leave their results unfinished.
  /// Anything that `body` wrote is then undefined and must not be used, so `body` must not write
  /// anything persistent.
  ///
  /// - Parameters:
  ///   - shouldStop: Called on the caller's thread, about twenty times a second.
  ///   - body: The computation on this device.
  func unlessStopped<Result>(
    _ shouldStop: () -> Bool, _ body: () throws -> Result
  ) throws -> Result?
  /// Whether the work inside `unlessStopped` was stopped.
  var wasAbandoned: Bool { get }

  // MARK: Linear layers

  /// y = x W^T + b for several weights that share the input x `[T, K]`.
  func linear(_ input: MatrixView, _ terms: [LinearTerm])
  /// The same as `linear` for a few rows at a time, as in generation, but with a different order of
  /// sums.
  func project(_ input: MatrixView, _ terms: [LinearTerm])
  /// dx = sum over terms of dy W, `[T, K]`; added to the result if `accumulates`.
  func linearInputGradient(
    _ terms: [(outputGradient: MatrixView, weight: WeightMatrix)], into result: MatrixView,
    accumulates: Bool)
  /// A += sum over samples of dy^T x `[N, K]`, or of its absolute value, element by element.
  func addWeightGradients(
    _ input: MatrixView, _ terms: [(outputGradient: MatrixView, accumulator: MatrixView)],
    samples: [Range<Int>], as sum: GradientSum)
  /// db += sum over rows of dy, sample by sample.
  func addBiasGradient(
    _ outputGradient: MatrixView, samples: [Range<Int>], to result: FloatBuffer)

  // MARK: Attention

  /// See `CausalAttention.forward`.
  func attend(
    _ attention: CausalAttention, query: MatrixView, key: MatrixView, value: MatrixView,
    output: MatrixView, samples: [Range<Int>])
  /// See `CausalAttention.backward`.
  func attendGradient(
    _ attention: CausalAttention, query: MatrixView, key: MatrixView, value: MatrixView,
    outputGradient: MatrixView, queryGradient: MatrixView, keyGradient: MatrixView,
    valueGradient: MatrixView, samples: [Range<Int>])
  /// See `CausalAttention.decode`.
  func attendNewest(
    _ attention: CausalAttention, query: MatrixView, contexts: [CausalAttention.Context],
    output: MatrixView)
  /// See `RotaryEmbedding.rotate(_:samples:backward:on:)`.
  func rotate(
    _ heads: MatrixView, by rotary: RotaryEmbedding, samples: [Range<Int>], backward: Bool)
  /// See `RotaryEmbedding.rotate(_:positions:on:)`.
  func rotate(_ heads: MatrixView, by rotary: RotaryEmbedding, positions: [Int])

  // MARK: Normalization, activation, residual stream

  /// y = x / rms(x) * gain, row by row; the output may be the input.
  func rmsNorm(_ input: MatrixView, gain: FloatBuffer, epsilon: Float, output: MatrixView)
  /// result = base + dx, the gradient of `rmsNorm` with respect to its input.
  func rmsNormInputGradient(
    _ input: MatrixView, gain: FloatBuffer, epsilon: Float, outputGradient: MatrixView,
    base: MatrixView, result: MatrixView)
  /// dgain += sum over rows of dy * x / rms(x), sample by sample.
  func addGainGradient(
    _ input: MatrixView, epsilon: Float, outputGradient: MatrixView, samples: [Range<Int>],
    to result: FloatBuffer)
  /// y = g * sigmoid(g) * u; y may be either argument.
  func swiGLU(gate: MatrixView, up: MatrixView, output: MatrixView)
  /// dg and du, the gradients of `swiGLU`; each result may be any of the arguments.
  func swiGLUGradient(
    gate: MatrixView, up: MatrixView, outputGradient: MatrixView, gateGradient: MatrixView,
    upGradient: MatrixView)
  /// result = a + b; the result may be either.
  func add(_ a: MatrixView, _ b: MatrixView, result: MatrixView)
  /// result = a - b; the result may be either.
  func subtract(_ a: MatrixView, _ b: MatrixView, result: MatrixView)
  /// x = factor * x.
  func scale(_ matrix: MatrixView, by factor: Float)
  /// Copies the elements of a matrix.
  func copy(_ source: MatrixView, to result: MatrixView)
  /// Sets the first `count` elements of a buffer to zero.
  func clear(_ values: FloatBuffer, count: Int)

  // MARK: Rows

  /// Row i of the result is row `indices[i]` of a weight, widened to Float32.
  func gatherRows(_ matrix: WeightMatrix, _ indices: [Int32], into result: MatrixView)
  /// Row i of the result is row `indices[i]` of the source.
  func gatherRows(_ source: MatrixView, _ indices: [Int], into result: MatrixView)
  /// Row `indices[i]` of the result becomes row i of the source; the other rows become zero.
  func scatterRows(_ source: MatrixView, _ indices: [Int], into result: MatrixView)
  /// Row `indices[i]` of the result becomes row i of the source; the other rows do not change.
  func replaceRows(_ source: MatrixView, _ indices: [Int], in result: MatrixView)
  /// Adds row i of the gradient to row `indices[i]` of the result, in increasing i.
  func addRows(_ gradient: MatrixView, _ indices: [Int32], to result: MatrixView)

  // MARK: Logits

  /// The negative log-likelihood of the target of each row of logits `[R, V]`, in nats.
  func crossEntropy(_ logits: MatrixView, targets: [Int32]) -> [Double]
  /// The same as `crossEntropy`; replaces the logits by the gradients of the weighted losses.
  func crossEntropyGradient(
    _ logits: MatrixView, targets: [Int32], weights: [Float]
  ) -> [Double]
  /// KL(p || q) of each row of logits `[R, V]`, in nats.
  func divergences(of p: MatrixView, from q: MatrixView) -> [Double]
  /// The column of the largest element of each row, the first if there are several; nil for a row
  /// with a NaN.
  func largestIndices(of matrix: MatrixView) -> [Int?]

  // MARK: Importance and merged weights

  /// |W| * A for some rows of a weight and of the sum of its gradients.
  func importance(
    _ weight: WeightMatrix, gradientSum: MatrixView, rows: Range<Int>, result: MatrixView)
  /// D = W + scale * D for some rows of a weight, product and sum rounded separately.
  func addWeight(_ weight: WeightMatrix, rows: Range<Int>, scale: Float, change: MatrixView)
  /// The Euclidean norm of each row.
  func rowNorms(_ matrix: MatrixView) -> [Float]
  /// Multiplies each row by its own factor.
  func scaleRows(_ matrix: MatrixView, by factors: [Float])
  /// The rows of a matrix as the bytes that a checkpoint stores, little-endian, rounded to `type`
  /// with ties to even.
  func encoded(_ matrix: MatrixView, as type: ElementType) -> [UInt8]

  // MARK: Training

  /// result = factor * x (+ bias) (+ result), each column with a factor of its own.
  func scaleColumns(
    _ input: MatrixView, by factors: FloatBuffer, bias: FloatBuffer?, result: MatrixView,
    accumulates: Bool)
  /// Adds the gradient of the column factors, the sum over rows of dy * x / divisor, sample by
  /// sample.
  func addColumnFactorGradient(
    _ input: MatrixView, outputGradient: MatrixView, divisors: FloatBuffer,
    samples: [Range<Int>], to result: FloatBuffer)
  /// See `Dropout`; `rows` are the indices of the rows in the whole tensor.
  func drop(
    _ input: MatrixView, _ dropout: Dropout, rows: [Int], result: MatrixView, accumulates: Bool)
  /// Fills a buffer with values drawn uniformly from -bound to bound, each from 24 bits.
  func fillUniform(_ values: FloatBuffer, bound: Float, from generator: CounterGenerator)
  /// Fills a buffer with values from a normal distribution with mean zero.
  func fillNormal(_ values: FloatBuffer, deviation: Double, from generator: CounterGenerator)
  /// Performs one step of AdamW and sets the gradients to zero.
  ///
  /// - Throws: `SPINError` if the moments are in a file that cannot be read or written.
  func adamW(
    _ values: FloatBuffer, gradient: FloatBuffer, moments: AdamWMoments, _ step: AdamWStep) throws
  /// The sum of the squares of the first `count` elements, in double precision.
  func sumOfSquares(_ values: FloatBuffer, count: Int) -> Double
}

/// An operation whose scratch memory a plan has to count.
public enum DeviceOperation: Sendable, Hashable {
  /// Products with weights, of `rows` rows and `inputColumns` columns of input at a time.
  case products(rows: Int, inputColumns: Int)
  /// Sums of the weight gradients of samples with `tokens` tokens in all.
  case weightGradients(tokens: Int)
  /// Attention, forward and backward, of samples of at most `longestSample` tokens.
  case attention(longestSample: Int, headSize: Int)
}

extension Device {
  /// A matrix of zeros in a new buffer.
  public func matrix(rows: Int, columns: Int) -> MatrixView {
    MatrixView(buffer(count: rows * columns), rows: rows, columns: columns)
  }

  /// A buffer of this device with a copy of `values`.
  public func buffer(_ values: [Float]) -> FloatBuffer {
    let buffer = buffer(count: values.count)
    upload(values, to: buffer)
    return buffer
  }

  /// Copies values to the beginning of a buffer.
  public func upload(_ values: [Float], to buffer: FloatBuffer) {
    upload(buffer, 0..<values.count) { span in
      for index in values.indices { span[index] = values[index] }
    }
  }

  /// The elements of a buffer, copied to host memory.
  public func values(of buffer: FloatBuffer) -> [Float] {
    download(buffer, 0..<buffer.count) { $0.array }
  }

  /// The elements of a matrix, row by row, copied to host memory.
  public func values(of matrix: MatrixView) -> [Float] {
    (0..<matrix.rows).flatMap { row in
      let start = matrix.offset + row * matrix.stride
      return download(matrix.buffer, start..<start + matrix.columns) { $0.array }
    }
  }

  /// dx = sum over terms of dy W, overwriting the result.
  public func linearInputGradient(
    _ terms: [(outputGradient: MatrixView, weight: WeightMatrix)], into result: MatrixView
  ) {
    linearInputGradient(terms, into: result, accumulates: false)
  }

  /// A += sum over samples of |dy^T x|, element by element, as importance needs it.
  public func addWeightGradients(
    _ input: MatrixView, _ terms: [(outputGradient: MatrixView, accumulator: MatrixView)],
    samples: [Range<Int>]
  ) {
    addWeightGradients(input, terms, samples: samples, as: .absolute)
  }

  /// result = factor * x (+ bias), overwriting the result.
  public func scaleColumns(
    _ input: MatrixView, by factors: FloatBuffer, bias: FloatBuffer? = nil, result: MatrixView
  ) {
    scaleColumns(input, by: factors, bias: bias, result: result, accumulates: false)
  }
}

extension Span<Float> {
  /// A copy of the elements.
  fileprivate var array: [Float] {
    unsafe withUnsafeBufferPointer { unsafe [Float]($0) }
  }
}
