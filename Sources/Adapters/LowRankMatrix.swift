// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
public import SPINKernels
public import SPINStorage

/// A low-rank change of one matrix: W' = W + s B A, for DoRA with every row brought to a length of its
/// own.
///
/// Shapes: N outputs and K inputs of the matrix, R the rank.
///
/// - Source: Hu et al. 2021, arXiv:2106.09685 (LoRA); Liu et al. 2024, arXiv:2402.09353 (DoRA).
public struct LowRankMatrix: Sendable {
  /// The matrix that it changes.
  public let name: MatrixName
  /// A `[R, K]`.
  public let a: MatrixView
  /// B `[N, R]`.
  public let b: MatrixView
  /// The length of each row, `[N]`, for DoRA.
  public let magnitude: FloatBuffer?
  /// The factor s.
  public let scale: Double

  /// A change of a matrix.
  ///
  /// - Precondition: the shapes belong together.
  public init(
    name: MatrixName, a: MatrixView, b: MatrixView, magnitude: FloatBuffer? = nil, scale: Double
  ) {
    precondition(a.rows == b.columns, "factors of different ranks")
    precondition(magnitude.map { $0.count == b.rows } ?? true, "magnitude: count")
    self.name = name
    self.a = a
    self.b = b
    self.magnitude = magnitude
    self.scale = scale
  }

  /// The rank R.
  public var rank: Int { a.rows }
  /// How many numbers it holds.
  public var parameterCount: Int { rank * (a.columns + b.rows) + (magnitude?.count ?? 0) }
}
