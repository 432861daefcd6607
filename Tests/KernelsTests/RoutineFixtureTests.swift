// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

/// Each operation against PyTorch in double precision: `Tests/Fixtures/routines.safetensors`.
///
/// Tolerances are those of the tests against the naive versions, for the same reasons; results are
/// stored in Float32, which adds half a unit in the last place.
struct RoutineFixtureTests {
  private let fixture: Fixture
  private let device = CPUDevice(threadCount: 2)

  init() throws { fixture = try Fixture(file: "routines.safetensors") }

  private func matrix(_ name: String) throws -> MatrixView {
    let shape = try fixture.shape(name)
    let columns = shape.dropFirst().reduce(1, *)
    return MatrixView(try fixture.floats(name), rows: shape[0], columns: columns)
  }

  private func expected(_ name: String) throws -> [Double] { doubles(try fixture.floats(name)) }

  private func empty(like matrix: MatrixView) -> MatrixView {
    MatrixView(rows: matrix.rows, columns: matrix.columns)
  }

  @Test(arguments: ["linear", "linear_bias"]) func linear(name: String) throws {
    let (x, w, dy) = (
      try matrix(name + "/x"), try matrix(name + "/weight"), try matrix(name + "/d_out")
    )
    let weight = WeightMatrix(name: name, values: w.buffer, rows: w.rows, columns: w.columns)
    let bias = try? FloatBuffer(fixture.floats(name + "/bias"))
    #expect((bias != nil) == (name == "linear_bias"))
    let (y, dx, dw) = (MatrixView(rows: x.rows, columns: w.rows), empty(like: x), empty(like: w))
    device.linear(x, [.init(weight, bias: bias, output: y)])
    device.linearInputGradient([(dy, weight)], into: dx)
    device.addWeightGradients(x, [(dy, dw)], samples: [0..<x.rows], as: .signed)
    #expect(normalizedError(y.values, try expected(name + "/out")) < 1e-6)
    #expect(normalizedError(dx.values, try expected(name + "/d_x")) < 1e-6)
    #expect(normalizedError(dw.values, try expected(name + "/d_weight")) < 1e-6)
  }

  @Test(arguments: ["rms_norm", "rms_norm_small"]) func rmsNorm(name: String) throws {
    let (x, dy) = (try matrix(name + "/x"), try matrix(name + "/d_out"))
    let gain = FloatBuffer(try fixture.floats(name + "/weight"))
    let epsilon = try fixture.floats(name + "/epsilon")[0]
    let (y, dx, zero) = (empty(like: x), empty(like: x), empty(like: x))
    device.rmsNorm(x, gain: gain, epsilon: epsilon, output: y)
    device.rmsNormInputGradient(
      x, gain: gain, epsilon: epsilon, outputGradient: dy, base: zero, result: dx)
    #expect(normalizedError(y.values, try expected(name + "/out")) < 5e-7)
    #expect(normalizedError(dx.values, try expected(name + "/d_x")) < 2e-6)
  }

  @Test func gatedActivation() throws {
    let (gate, up) = (try matrix("gated_silu/gate"), try matrix("gated_silu/up"))
    let dy = try matrix("gated_silu/d_out")
    let (y, dg, du) = (empty(like: gate), empty(like: gate), empty(like: gate))
    device.swiGLU(gate: gate, up: up, output: y)
    device.swiGLUGradient(
      gate: gate, up: up, outputGradient: dy, gateGradient: dg, upGradient: du)
    #expect(normalizedError(y.values, try expected("gated_silu/out")) < 5e-7)
    #expect(normalizedError(dg.values, try expected("gated_silu/d_gate")) < 1e-6)
    #expect(normalizedError(du.values, try expected("gated_silu/d_up")) < 5e-7)
  }

  @Test func rotation() throws {
    let (x, dy) = (try matrix("rope/x"), try matrix("rope/d_out"))
    let positions = try fixture.integers("rope/positions").map(Int.init)
    let theta = Double(try fixture.floats("rope/theta")[0])
    let width = try fixture.shape("rope/x")[2]
    let frequencies = (0..<width / 2).map { Float(pow(theta, -2 * Double($0) / Double(width))) }
    let last = try #require(positions.max())
    let rotary = RotaryEmbedding(frequencies: frequencies, positionCount: last + 1)
    // The table serves positions from 0; each row is put where its position is.
    for (matrix, backward, name) in [(x, false, "rope/out"), (dy, true, "rope/d_x")] {
      var found: [Float] = []
      for (row, position) in positions.enumerated() {
        let padded = MatrixView(rows: position + 1, columns: matrix.columns)
        for column in 0..<matrix.columns { padded[position, column] = matrix[row, column] }
        rotary.rotate(padded, samples: [0..<position + 1], backward: backward, on: device)
        found += padded.rows(position..<position + 1).values
      }
      // Angles are rounded to Float32: at position p an error of p * 2^-24 radians.
      #expect(normalizedError(found, try expected(name)) < 1e-6 + Double(last) * 6e-8)
    }
  }

  @Test func attention() throws {
    let cases = Set(
      fixture.names.filter { $0.hasPrefix("attention") }.map { name in
        String(name.prefix { $0 != "/" })
      })
    #expect(cases.count >= 2)
    for name in cases {
      let (q, k, v) = (try matrix(name + "/q"), try matrix(name + "/k"), try matrix(name + "/v"))
      let d = try matrix(name + "/d_out")
      let (queries, groups) = (try fixture.shape(name + "/q"), try fixture.shape(name + "/k"))
      let window = Int(try fixture.integers(name + "/window")[0])
      let attention = CausalAttention(
        headCount: queries[1], keyValueHeadCount: groups[1], headSize: queries[2],
        window: window == 0 ? nil : window)
      let (o, dq, dk, dv) = (empty(like: q), empty(like: q), empty(like: k), empty(like: v))
      let samples = [0..<q.rows]
      attention.forward(query: q, key: k, value: v, output: o, samples: samples, on: device)
      attention.backward(
        query: q, key: k, value: v, outputGradient: d, queryGradient: dq, keyGradient: dk,
        valueGradient: dv, samples: samples, on: device)
      for (found, key) in [(o, "out"), (dq, "d_q"), (dk, "d_k"), (dv, "d_v")] {
        #expect(
          normalizedError(found.values, try expected("\(name)/\(key)")) < 3e-6, "\(name) \(key)")
      }
    }
  }

  @Test func crossEntropy() throws {
    let cases = Set(
      fixture.names.filter { $0.hasPrefix("cross_entropy") }.map { name in
        String(name.prefix { $0 != "/" })
      })
    #expect(!cases.isEmpty)
    for name in cases {
      let logits = try matrix(name + "/logits")
      let targets = try fixture.integers(name + "/targets")
      let losses = device.crossEntropyGradient(
        logits, targets: targets,
        weights: targets.map { _ in 1 / Float(targets.count) })
      let mean = losses.reduce(0, +) / Double(losses.count)
      #expect(abs(mean - (try expected(name + "/out")[0])) < 3e-6 * max(1, mean))
      #expect(normalizedError(logits.values, try expected(name + "/d_logits")) < 1e-6)
    }
  }
}
