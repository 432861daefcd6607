// SPDX-License-Identifier: Apache-2.0

public import SPINJSON
public import SPINStorage

/// A small, reversible change of a checkpoint: some weights, their bits before and after.
///
/// A patch holds everything that is needed to apply it to another copy of the same model, to check
/// whether a model has it, and to revert it bit by bit.
///
///     let patch = try Patch.make(model: model, weights: coupled.weights, scale: 0, ...)
///     try patch.apply(to: model, out: "patched-model")
public struct Patch: Sendable, Equatable {
  /// The weights of one tensor.
  public struct Tensor: Sendable, Equatable {
    /// The tensor's name in the checkpoint.
    public let name: String
    /// The element type of the tensor.
    public let elementType: ElementType
    /// Its sizes, outermost first.
    public let shape: [Int]
    /// Flat row-major indices, ascending.
    public let indices: [Int]
    /// The bits of each weight before, in the low bytes.
    public let old: [UInt32]
    /// The bits of each weight after, in the low bytes.
    public let new: [UInt32]

    /// The number of weights whose bits do not change, such as those that were zero already.
    public var unchangedCount: Int { zip(old, new).count { $0 == $1 } }
  }

  /// The model that a patch was made for.
  public struct Base: Sendable, Equatable {
    /// The SHA-256 over the hashes of all weight files.
    public let modelHash: String
    /// The SHA-256 of each weight file by name.
    public let files: [String: String]
    /// What the model is called, where that was known.
    public let name: String?
    /// Where its weights come from, as `ModelOrigin.statement`, for an imported model.
    public let origin: String?

    /// The model that a patch is for.
    public init(
      modelHash: String, files: [String: String], name: String?, origin: String? = nil
    ) {
      self.modelHash = modelHash
      self.files = files
      self.name = name
      self.origin = origin
    }
  }

  /// The model that the patch belongs to.
  public let base: Base
  /// The factor that each weight was multiplied by, nil where the patch came from elsewhere.
  public let scale: Double?
  /// How the weights were chosen: rule, data, parameters, as the maker of the patch said it.
  public let provenance: JSONObject
  /// The weights, by tensor in the order of names; tensors without weights are left out.
  public let tensors: [Tensor]
  /// The SHA-256 of each weight file after the patch, where that was computed.
  public let filesAfter: [String: String]?
  /// The version of SPIN that made the patch.
  public let toolVersion: String

  /// The number of weights.
  public var weightCount: Int { tensors.reduce(0) { $0 + $1.indices.count } }
  /// The number of weights whose bits do not change.
  public var unchangedCount: Int { tensors.reduce(0) { $0 + $1.unchangedCount } }
}

extension ElementType {
  /// The digits of an element's bits in hexadecimal.
  var digitCount: Int { byteCount * 2 }

  /// The bytes of an element as a checkpoint stores them, little end first.
  func bytes(ofBits bits: UInt32) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
  }

  /// The number that some bits stand for.
  package func value(ofBits bits: UInt32) -> Float {
    switch self {
    case .float32: Float(bitPattern: bits)
    case .float16: HalfPrecision.float(float16: UInt16(truncatingIfNeeded: bits))
    case .bfloat16: HalfPrecision.float(bfloat16: UInt16(truncatingIfNeeded: bits))
    }
  }

  /// The bits of the nearest number, ties to even.
  package func bits(nearest value: Double) -> UInt32 {
    switch self {
    case .float32: Float(value).bitPattern
    case .float16: UInt32(HalfPrecision.float16(Self.roundedToOdd(value)))
    case .bfloat16: UInt32(HalfPrecision.bfloat16(Self.roundedToOdd(value)))
    }
  }

  /// A Float from which rounding again gives what rounding `value` once would: an inexact result
  /// keeps its last bit set, so that it is never a tie (Boldo and Melquiond 2008).
  private static func roundedToOdd(_ value: Double) -> Float {
    let nearest = Float(value)
    guard nearest.isFinite, Double(nearest) != value, nearest.bitPattern & 1 == 0 else {
      return nearest
    }
    return Double(nearest) < value ? nearest.nextUp : nearest.nextDown
  }
}

extension UInt32 {
  /// The bits as that many hexadecimal digits.
  func hexadecimal(_ digitCount: Int) -> String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: Swift.max(0, digitCount - digits.utf8.count)) + digits
  }
}
