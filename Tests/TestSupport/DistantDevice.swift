// SPDX-License-Identifier: Apache-2.0

import SPINExecution
package import SPINKernels
package import SPINStorage

/// A device whose memory the program cannot touch, as that of a graphics processor: the arithmetic is that of the
/// processor, everything else is as far away as can be.
///
/// Results have to lie in buffers that it made. What is only read may lie in the program's memory; it keeps
/// copies under their identities, so that one that is out of date gives wrong numbers here, too.
package final class DistantDevice: Device {
  /// The kind, for an `Execution`.
  package struct Kind: DeviceKind {
    package init() {}
    package var description: String { "far away" }
    package var implementation: String { "distant" }
    package var threads: Int { 2 }
    package var arithmetic: Arithmetic { .current }
    package func open() -> any Device { DistantDevice() }
  }

  private static let place = MemoryPlace.device(7)
  private let cpu = CPUDevice(threadCount: 2)
  private var weights: [WeightMatrix.Identity: WeightMatrix] = [:]
  private var buffers: [MemoryIdentity: (version: Int, copy: FloatBuffer)] = [:]

  package init() {}

  package var description: String { "far away" }
  package var arithmetic: Arithmetic { cpu.arithmetic }
  package func scratchBytes(for operations: [DeviceOperation]) -> Int {
    cpu.scratchBytes(for: operations)
  }

  // MARK: Memory

  package func buffer(count: Int) -> FloatBuffer {
    let memory = FloatBuffer(count: count)
    return unsafe FloatBuffer(base: memory.base, count: count, place: Self.place) {
      withExtendedLifetime(memory) {}
    }
  }

  /// The same memory, as the processor reaches it.
  private func near(_ buffer: FloatBuffer) -> FloatBuffer {
    unsafe FloatBuffer(base: buffer.base, count: buffer.count, place: .host) {
      withExtendedLifetime(buffer) {}
    }
  }

  package func download<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    let copy = FloatBuffer(near(own(buffer)).values(range))
    return try copy.withSpan(0..<range.count, body)
  }

  package func upload<Result>(
    _ buffer: FloatBuffer, _ range: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    let copy = FloatBuffer(count: range.count)
    let result = try copy.withMutableSpan(0..<range.count, body)
    near(own(buffer)).withMutableSpan(range) { target in
      for index in 0..<range.count { target[index] = copy[index] }
    }
    return result
  }

  private func own(_ buffer: FloatBuffer) -> FloatBuffer {
    precondition(buffer.place == Self.place, "a result outside of the device's memory")
    return buffer
  }

  /// What is only read: the device's own, or a copy of the program's that is up to date.
  private func read(_ buffer: FloatBuffer) -> FloatBuffer {
    guard buffer.place == .host else { return near(own(buffer)) }
    if let kept = buffers[buffer.identity], kept.version == buffer.version { return kept.copy }
    let copy = FloatBuffer(buffer.values)
    buffers[buffer.identity] = (buffer.version, copy)
    return copy
  }

  private func view(_ matrix: MatrixView, _ buffer: FloatBuffer) -> MatrixView {
    MatrixView(
      buffer, offset: matrix.offset, rows: matrix.rows, columns: matrix.columns,
      stride: matrix.stride)
  }

  private func read(_ matrix: MatrixView) -> MatrixView { view(matrix, read(matrix.buffer)) }
  private func write(_ matrix: MatrixView) -> MatrixView { view(matrix, near(own(matrix.buffer))) }
  private func write(_ buffer: FloatBuffer) -> FloatBuffer { near(own(buffer)) }

  private func read(_ weight: WeightMatrix) -> WeightMatrix {
    if let buffer = weight.buffer, buffer.place != .host {
      return WeightMatrix(
        name: weight.name, values: near(own(buffer)), rows: weight.rows, columns: weight.columns)
    }
    if let kept = weights[weight.identity] { return kept }
    let copy = WeightMatrix(
      name: weight.name, values: FloatBuffer(weight.values(rows: 0..<weight.rows)),
      rows: weight.rows, columns: weight.columns)
    weights[weight.identity] = copy
    return copy
  }

  private func near(_ terms: [LinearTerm]) -> [LinearTerm] {
    terms.map { LinearTerm(read($0.weight), bias: $0.bias.map(read), output: write($0.output)) }
  }

  // MARK: Stopping

  package func unlessStopped<Result>(
    _ shouldStop: () -> Bool, _ body: () throws -> Result
  ) throws -> Result? {
    try cpu.unlessStopped(shouldStop, body)
  }
  package var wasAbandoned: Bool { cpu.wasAbandoned }

  // MARK: Operations

  package func linear(_ input: MatrixView, _ terms: [LinearTerm]) {
    cpu.linear(read(input), near(terms))
  }
  package func project(_ input: MatrixView, _ terms: [LinearTerm]) {
    cpu.project(read(input), near(terms))
  }
  package func linearInputGradient(
    _ terms: [(outputGradient: MatrixView, weight: WeightMatrix)], into result: MatrixView,
    accumulates: Bool
  ) {
    cpu.linearInputGradient(
      terms.map { (read($0.outputGradient), read($0.weight)) }, into: write(result),
      accumulates: accumulates)
  }
  package func addWeightGradients(
    _ input: MatrixView, _ terms: [(outputGradient: MatrixView, accumulator: MatrixView)],
    samples: [Range<Int>], as sum: GradientSum
  ) {
    cpu.addWeightGradients(
      read(input), terms.map { (read($0.outputGradient), write($0.accumulator)) },
      samples: samples, as: sum)
  }
  package func addBiasGradient(
    _ outputGradient: MatrixView, samples: [Range<Int>], to result: FloatBuffer
  ) {
    cpu.addBiasGradient(read(outputGradient), samples: samples, to: write(result))
  }
  package func attend(
    _ attention: CausalAttention, query: MatrixView, key: MatrixView, value: MatrixView,
    output: MatrixView, samples: [Range<Int>]
  ) {
    cpu.attend(
      attention, query: read(query), key: read(key), value: read(value), output: write(output),
      samples: samples)
  }
  package func attendGradient(
    _ attention: CausalAttention, query: MatrixView, key: MatrixView, value: MatrixView,
    outputGradient: MatrixView, queryGradient: MatrixView, keyGradient: MatrixView,
    valueGradient: MatrixView, samples: [Range<Int>]
  ) {
    cpu.attendGradient(
      attention, query: read(query), key: read(key), value: read(value),
      outputGradient: read(outputGradient), queryGradient: write(queryGradient),
      keyGradient: write(keyGradient), valueGradient: write(valueGradient), samples: samples)
  }
  package func attendNewest(
    _ attention: CausalAttention, query: MatrixView, contexts: [CausalAttention.Context],
    output: MatrixView
  ) {
    cpu.attendNewest(
      attention, query: read(query),
      contexts: contexts.map { .init(key: read($0.key), value: read($0.value)) },
      output: write(output))
  }
  package func rotate(
    _ heads: MatrixView, by rotary: RotaryEmbedding, samples: [Range<Int>], backward: Bool
  ) {
    cpu.rotate(write(heads), by: rotary, samples: samples, backward: backward)
  }
  package func rotate(_ heads: MatrixView, by rotary: RotaryEmbedding, positions: [Int]) {
    cpu.rotate(write(heads), by: rotary, positions: positions)
  }
  package func rmsNorm(
    _ input: MatrixView, gain: FloatBuffer, epsilon: Float, output: MatrixView
  ) {
    cpu.rmsNorm(read(input), gain: read(gain), epsilon: epsilon, output: write(output))
  }
  package func rmsNormInputGradient(
    _ input: MatrixView, gain: FloatBuffer, epsilon: Float, outputGradient: MatrixView,
    base: MatrixView, result: MatrixView
  ) {
    cpu.rmsNormInputGradient(
      read(input), gain: read(gain), epsilon: epsilon, outputGradient: read(outputGradient),
      base: read(base), result: write(result))
  }
  package func addGainGradient(
    _ input: MatrixView, epsilon: Float, outputGradient: MatrixView, samples: [Range<Int>],
    to result: FloatBuffer
  ) {
    cpu.addGainGradient(
      read(input), epsilon: epsilon, outputGradient: read(outputGradient), samples: samples,
      to: write(result))
  }
  package func swiGLU(gate: MatrixView, up: MatrixView, output: MatrixView) {
    cpu.swiGLU(gate: read(gate), up: read(up), output: write(output))
  }
  package func swiGLUGradient(
    gate: MatrixView, up: MatrixView, outputGradient: MatrixView, gateGradient: MatrixView,
    upGradient: MatrixView
  ) {
    cpu.swiGLUGradient(
      gate: read(gate), up: read(up), outputGradient: read(outputGradient),
      gateGradient: write(gateGradient), upGradient: write(upGradient))
  }
  package func add(_ a: MatrixView, _ b: MatrixView, result: MatrixView) {
    cpu.add(read(a), read(b), result: write(result))
  }
  package func subtract(_ a: MatrixView, _ b: MatrixView, result: MatrixView) {
    cpu.subtract(read(a), read(b), result: write(result))
  }
  package func scale(_ matrix: MatrixView, by factor: Float) {
    cpu.scale(write(matrix), by: factor)
  }
  package func copy(_ source: MatrixView, to result: MatrixView) {
    cpu.copy(read(source), to: write(result))
  }
  package func clear(_ values: FloatBuffer, count: Int) { cpu.clear(write(values), count: count) }
  package func gatherRows(_ matrix: WeightMatrix, _ indices: [Int32], into result: MatrixView) {
    cpu.gatherRows(read(matrix), indices, into: write(result))
  }
  package func gatherRows(_ source: MatrixView, _ indices: [Int], into result: MatrixView) {
    cpu.gatherRows(read(source), indices, into: write(result))
  }
  package func scatterRows(_ source: MatrixView, _ indices: [Int], into result: MatrixView) {
    cpu.scatterRows(read(source), indices, into: write(result))
  }
  package func replaceRows(_ source: MatrixView, _ indices: [Int], in result: MatrixView) {
    cpu.replaceRows(read(source), indices, in: write(result))
  }
  package func addRows(_ gradient: MatrixView, _ indices: [Int32], to result: MatrixView) {
    cpu.addRows(read(gradient), indices, to: write(result))
  }
  package func crossEntropy(_ logits: MatrixView, targets: [Int32]) -> [Double] {
    cpu.crossEntropy(read(logits), targets: targets)
  }
  package func crossEntropyGradient(
    _ logits: MatrixView, targets: [Int32], weights: [Float]
  ) -> [Double] {
    cpu.crossEntropyGradient(write(logits), targets: targets, weights: weights)
  }
  package func divergences(of p: MatrixView, from q: MatrixView) -> [Double] {
    cpu.divergences(of: read(p), from: read(q))
  }
  package func largestIndices(of matrix: MatrixView) -> [Int?] {
    cpu.largestIndices(of: read(matrix))
  }
  package func importance(
    _ weight: WeightMatrix, gradientSum: MatrixView, rows: Range<Int>, result: MatrixView
  ) {
    cpu.importance(
      read(weight), gradientSum: read(gradientSum), rows: rows, result: write(result))
  }
  package func addWeight(
    _ weight: WeightMatrix, rows: Range<Int>, scale: Float, change: MatrixView
  ) {
    cpu.addWeight(read(weight), rows: rows, scale: scale, change: write(change))
  }
  package func rowNorms(_ matrix: MatrixView) -> [Float] { cpu.rowNorms(read(matrix)) }
  package func scaleRows(_ matrix: MatrixView, by factors: [Float]) {
    cpu.scaleRows(write(matrix), by: factors)
  }
  package func encoded(_ matrix: MatrixView, as type: ElementType) -> [UInt8] {
    cpu.encoded(read(matrix), as: type)
  }
  package func scaleColumns(
    _ input: MatrixView, by factors: FloatBuffer, bias: FloatBuffer?, result: MatrixView,
    accumulates: Bool
  ) {
    cpu.scaleColumns(
      read(input), by: read(factors), bias: bias.map(read), result: write(result),
      accumulates: accumulates)
  }
  package func addColumnFactorGradient(
    _ input: MatrixView, outputGradient: MatrixView, divisors: FloatBuffer,
    samples: [Range<Int>], to result: FloatBuffer
  ) {
    cpu.addColumnFactorGradient(
      read(input), outputGradient: read(outputGradient), divisors: read(divisors),
      samples: samples, to: write(result))
  }
  package func drop(
    _ input: MatrixView, _ dropout: Dropout, rows: [Int], result: MatrixView, accumulates: Bool
  ) {
    cpu.drop(read(input), dropout, rows: rows, result: write(result), accumulates: accumulates)
  }
  package func fillUniform(
    _ values: FloatBuffer, bound: Float, from generator: CounterGenerator
  ) {
    cpu.fillUniform(write(values), bound: bound, from: generator)
  }
  package func fillNormal(
    _ values: FloatBuffer, deviation: Double, from generator: CounterGenerator
  ) {
    cpu.fillNormal(write(values), deviation: deviation, from: generator)
  }
  package func adamW(
    _ values: FloatBuffer, gradient: FloatBuffer, moments: AdamWMoments, _ step: AdamWStep
  ) throws {
    if let (mean, square) = moments.buffers { precondition(mean.place == square.place) }
    try cpu.adamW(write(values), gradient: write(gradient), moments: moments, step)
  }
  package func sumOfSquares(_ values: FloatBuffer, count: Int) -> Double {
    cpu.sumOfSquares(read(values), count: count)
  }
}
