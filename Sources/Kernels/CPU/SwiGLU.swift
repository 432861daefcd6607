// SPDX-License-Identifier: Apache-2.0

import CKernels

/// The gated activation y = g * sigmoid(g) * u, forward and backward.
///
/// With s = sigmoid(g):
///
///     dg = dy * u * s * (1 + g * (1 - s)),   du = dy * g * s
///
/// - Source: Shazeer 2020, arXiv:2002.05202 (SwiGLU); `LlamaMLP` in transformers.
extension CPUDevice {
  /// Computes y; all matrices are `[T, F]`, and y may be either argument.
  public func swiGLU(gate: MatrixView, up: MatrixView, output: MatrixView) {
    precondition(gate.rows == up.rows && gate.columns == up.columns, "up: shape")
    precondition(output.rows == gate.rows && output.columns == gate.columns, "output: shape")
    let kernels = unsafe kernels
    forEachRowBlock(gate.rows) { rows in
      for row in rows {
        unsafe kernels.swiglu(
          gate.pointer(row: row), up.pointer(row: row), gate.columns, output.pointer(row: row))
      }
    }
  }

  /// Computes dg and du; all matrices are `[T, F]`, and each result may be any of the arguments.
  public func swiGLUGradient(
    gate: MatrixView, up: MatrixView, outputGradient: MatrixView, gateGradient: MatrixView,
    upGradient: MatrixView
  ) {
    precondition(gate.rows == up.rows && gate.columns == up.columns, "up: shape")
    precondition(outputGradient.rows == gate.rows, "outputGradient: shape")
    precondition(gateGradient.rows == gate.rows && upGradient.rows == gate.rows, "result: shape")
    let kernels = unsafe kernels
    forEachRowBlock(gate.rows) { rows in
      for row in rows {
        unsafe kernels.swiglu_gradient(
          gate.pointer(row: row), up.pointer(row: row), outputGradient.pointer(row: row),
          gate.columns, gateGradient.pointer(row: row), upGradient.pointer(row: row))
      }
    }
  }
}
