// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

/// A processor with its memory: it owns buffers and computes with them.
///
/// Everything above this module is written in these verbs and knows neither pointers nor instruction sets nor
/// threads. `CPUDevice` is the one that is here; another one (a GPU, say) conforms to this protocol and docks by an
/// `Execution` that opens it.
///
/// The requirements of a device:
///
/// - **Results do not depend on it but through `arithmetic`.** Devices of equal arithmetic give equal bits; the order
///   of each sum is written down at the operations of `CPUDevice`. A device that adds in another order has another
///   arithmetic, and scores, trainings and measures of the two are never mixed.
/// - **Memory.** What operations write is in buffers that the device made. What they only read (weights, gains,
///   biases, tables) may be in the program's memory: a device that cannot reach it keeps a copy under
///   `WeightMatrix.identity`, or a buffer's identity and version, and copies again where that differs.
/// - **One caller.** Operations run one after the other; a device belongs to whoever opened it.
/// - **Shapes that do not fit are bugs** and trap. Input was checked before it came here.
///
/// Matrices are row-major; T tokens, D hidden size, K inputs, N outputs, V tokens of the vocabulary, E head size.
public protocol Device: AnyObject {
  // MARK: Identity and cost

  /// What it is, for people: `cpu, avx512, 2 threads`.
  var description: String { get }
  /// What decides the bits of its results.
  var arithmetic: Arithmetic { get }
  /// Bytes of scratch memory that operations take which run one after the other, besides their arguments.
  func scratchBytes(for operations: [DeviceOperation]) -> Int

  // MARK: Memory

  /// Memory for numbers, zeros at first.
  func buffer(count: Int) -> FloatBuffer
  /// Calls `body` with numbers of a buffer, brought to the program's memory if they are not there.
  func download<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result
  /// Calls `body` to write numbers of a buffer, all of the range, and copies them into the buffer.
  func upload<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result

  // MARK: Stopping

  /// Computes something, unless the caller stops the work meanwhile; nil where it was abandoned.
  ///
  /// From then on operations leave their results unfinished and return at once. What `body` wrote is arbitrary
  /// then: it must not be used, and nothing that lasts may be written inside `body`.
  ///
  /// - Parameters:
  ///   - shouldStop: Checked on the caller's thread, some twenty times a second.
  ///   - body: What to compute, on this device.
  func unlessStopped<Result>(
    _ shouldStop: () -> Bool, _ body: () throws -> Result
  ) throws -> Result?
  /// Whether what is computed inside `unlessStopped` was abandoned.
  var wasAbandoned: Bool { get }

  // MARK: Linear layers

  /// y = x W^T + b for several weights that share the input x `[T, K]`.
  func linear(_ input: MatrixView, _ terms: [LinearTerm])
  /// The same for a few rows at a time, as generating a token needs it; adds in an order of its own.
  func project(_ input: MatrixView, _ terms: [LinearTerm])
  /// dx = sum over terms of dy W, `[T, K]`; added to where it accumulates.
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
  /// result = base + dx of the above.
  func rmsNormInputGradient(
    _ input: MatrixView, gain: FloatBuffer, epsilon: Float, outputGradient: MatrixView,
    base: MatrixView, result: MatrixView)
  /// dgain += sum over rows of dy * x / rms(x), sample by sample.
  func addGainGradient(
    _ input: MatrixView, epsilon: Float, outputGradient: MatrixView, samples: [Range<Int>],
    to result: FloatBuffer)
  /// y = g * sigmoid(g) * u; y may be either argument.
  func swiGLU(gate: MatrixView, up: MatrixView, output: MatrixView)
  /// dg and du of the above; each result may be any of the arguments.
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
  /// The first numbers of a buffer become zero.
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

  /// The negative log-likelihood of a target in each row of logits `[R, V]`, in nats.
  func crossEntropy(_ logits: MatrixView, targets: [Int32]) -> [Double]
  /// The same, replacing the logits by the gradients of the losses times their weights.
  func crossEntropyGradient(
    _ logits: MatrixView, targets: [Int32], weights: [Float]
  ) -> [Double]
  /// KL(p || q) of each row of logits `[R, V]`, in nats.
  func divergences(of p: MatrixView, from q: MatrixView) -> [Double]
  /// Where the largest element of each row is, the first of several; nil for a row with a NaN.
  func largestIndices(of matrix: MatrixView) -> [Int?]

  // MARK: Importance and merged weights

  /// |W| * A for some rows of a weight and of the sum of its gradients.
  func importance(
    _ weight: WeightMatrix, gradientSum: MatrixView, rows: Range<Int>, result: MatrixView)
  /// D = W + scale * D for some rows of a weight, each step rounded by itself.
  func addWeight(_ weight: WeightMatrix, rows: Range<Int>, scale: Float, change: MatrixView)
  /// The Euclidean norm of each row.
  func rowNorms(_ matrix: MatrixView) -> [Float]
  /// Multiplies each row by its own factor.
  func scaleRows(_ matrix: MatrixView, by factors: [Float])
  /// The rows of a matrix as a checkpoint of some type stores them, rounded to it, ties to even.
  func encoded(_ matrix: MatrixView, as type: ElementType) -> [UInt8]

  // MARK: Training

  /// result = factor * x (+ bias) (+ result), each column with a factor of its own.
  func scaleColumns(
    _ input: MatrixView, by factors: FloatBuffer, bias: FloatBuffer?, result: MatrixView,
    accumulates: Bool)
  /// Adds the gradient of the factors of columns.
  func addColumnFactorGradient(
    _ input: MatrixView, outputGradient: MatrixView, divisors: FloatBuffer,
    samples: [Range<Int>], to result: FloatBuffer)
  /// See `Dropout`; `rows` are the rows' indices in the whole tensor.
  func drop(
    _ input: MatrixView, _ dropout: Dropout, rows: [Int], result: MatrixView, accumulates: Bool)
  /// Fills memory with numbers drawn uniformly from -bound to bound, each from 24 bits.
  func fillUniform(_ values: FloatBuffer, bound: Float, from generator: CounterGenerator)
  /// Fills memory with numbers of a normal distribution around zero.
  func fillNormal(_ values: FloatBuffer, deviation: Double, from generator: CounterGenerator)
  /// One step of AdamW; gradients become zero.
  ///
  /// - Throws: `SPINError` where moments are in a file that cannot be read or written.
  func adamW(
    _ values: FloatBuffer, gradient: FloatBuffer, moments: AdamWMoments, _ step: AdamWStep) throws
  /// The sum of the squares of some numbers in double precision.
  func sumOfSquares(_ values: FloatBuffer, count: Int) -> Double
}

/// An operation whose scratch memory a plan wants to know.
public enum DeviceOperation: Sendable, Hashable {
  /// Products with weights: `inputColumns` numbers of each of the rows are taken at a time.
  case products(rows: Int, inputColumns: Int)
  /// Sums of the weight gradients of samples with a total number of tokens.
  case weightGradients(tokens: Int)
  /// Attention forward and back, of samples that are at most so long.
  case attention(longestSample: Int, headSize: Int)
}

extension Device {
  /// A matrix of zeros in memory of its own.
  public func matrix(rows: Int, columns: Int) -> MatrixView {
    MatrixView(buffer(count: rows * columns), rows: rows, columns: columns)
  }

  /// A copy of numbers in memory of this device.
  public func buffer(_ values: [Float]) -> FloatBuffer {
    let buffer = buffer(count: values.count)
    upload(values, to: buffer)
    return buffer
  }

  /// Brings numbers to the beginning of a buffer.
  public func upload(_ values: [Float], to buffer: FloatBuffer) {
    upload(buffer, 0..<values.count) { span in
      for index in values.indices { span[index] = values[index] }
    }
  }

  /// The numbers of a buffer, copied to the program's memory.
  public func values(of buffer: FloatBuffer) -> [Float] {
    download(buffer, 0..<buffer.count) { $0.array }
  }

  /// The elements of a matrix, row by row, copied to the program's memory.
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

  /// A += sum over samples of |dy^T x|, element by element: what importance is made of.
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
  /// The numbers, copied.
  fileprivate var array: [Float] {
    unsafe withUnsafeBufferPointer { unsafe [Float]($0) }
  }
}
