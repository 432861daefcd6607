// SPDX-License-Identifier: Apache-2.0

package import SPINErrors
public import SPINStorage

extension TensorEntry {
  /// How many elements are NaN or infinite; nil for a type that has neither, such as integers.
  ///
  /// Reads the tensor once, a few megabytes at a time.
  public func nonFiniteCount() -> NonFiniteCount? {
    guard type.hasNonFiniteValues else { return nil }
    var count = NonFiniteCount()
    let size = type.bitCount / 8
    for start in stride(from: 0, to: byteRange.count, by: 1 << 26) {
      let piece =
        byteRange.lowerBound + start..<byteRange.lowerBound
        + min(start + (1 << 26), byteRange.count)
      file.withBytes(piece) { type.countNonFinite($0, at: start / size, into: &count) }
      file.releasePages(piece)
    }
    return count
  }
}

extension SafetensorsType {
  /// Whether the type has numbers that are not finite.
  package var hasNonFiniteValues: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64, .complex64, .float8E5M2, .float8E4M3,
      .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ:
      true
    case .bool, .float4, .float6E2M3, .float6E3M2, .uint8, .int8, .int16, .uint16, .int32, .uint32,
      .int64, .uint64:
      false
    }
  }

  /// Counts the elements of some bytes that are not finite.
  ///
  /// A complex number counts by its parts, whose indices are twice the element's.
  ///
  /// - Source: OCP 8-bit Floating Point Specification 1.0 for E4M3 and E5M2; for the types without a
  ///   negative zero, PyTorch's `Float8_e4m3fnuz` and `Float8_e5m2fnuz`.
  package func countNonFinite(_ bytes: RawSpan, at offset: Int, into count: inout NonFiniteCount) {
    switch self {
    case .float16: count.add(bytes, .float16, at: offset)
    case .bfloat16: count.add(bytes, .bfloat16, at: offset)
    case .float32: count.add(bytes, .float32, at: offset)
    case .complex64: count.add(bytes, .float32, at: 2 * offset)
    case .float64: count.add(bytes, infinity: 0x7FF0_0000_0000_0000 as UInt64, at: offset)
    case .float8E5M2: count.add(bytes, infinity: 0x7C as UInt8, at: offset)
    case .float8E4M3:
      count.add(bytes, nan: { $0 & 0x7F == 0x7F }, infinity: { _ in false }, at: offset)
    case .float8E8M0: count.add(bytes, nan: { $0 == 0xFF }, infinity: { _ in false }, at: offset)
    case .float8E4M3FNUZ, .float8E5M2FNUZ:
      count.add(bytes, nan: { $0 == 0x80 }, infinity: { _ in false }, at: offset)
    case .bool, .float4, .float6E2M3, .float6E3M2, .uint8, .int8, .int16, .uint16, .int32, .uint32,
      .int64, .uint64:
      break
    }
  }
}

extension NonFiniteCount {
  /// Where the first one is: "the first at row 3, column 7".
  ///
  /// - Parameter shape: The sizes of the tensor, outermost first.
  public func firstPlace(in shape: [Int]) -> String {
    guard let first else { return "none" }
    guard shape.count == 2, shape[1] > 0 else { return "the first at element \(first)" }
    return "the first at row \(first / shape[1]), column \(first % shape[1])"
  }
}

/// What becomes of NaN and infinity on their way into a file of tensors.
///
/// A model with one such weight answers NaN to everything, so nothing that writes weights lets them through.
package struct NonFinitePolicy: Sendable {
  /// The kind of the error.
  let code: SPINError.Code
  /// Where the values come from, for the error; nil for the file that is written.
  let source: String?
  /// What to do about it.
  let remedy: String?
  /// Tensors that may hold them.
  let accepts: @Sendable (String) -> Bool

  /// Lets them through, for files that hold no weights.
  package static let accepted = NonFinitePolicy(
    code: .malformedInput, source: nil, remedy: nil, accepts: { _ in true })

  /// Refuses them.
  ///
  /// - Parameters:
  ///   - code: The kind of the error.
  ///   - source: Where the values come from; nil for the file that is written.
  ///   - remedy: What to do about it.
  ///   - accepts: Tensors that may hold them all the same.
  package static func refused(
    _ code: SPINError.Code = .malformedInput, from source: String? = nil, remedy: String? = nil,
    except accepts: @escaping @Sendable (String) -> Bool = { _ in false }
  ) -> NonFinitePolicy {
    NonFinitePolicy(code: code, source: source, remedy: remedy, accepts: accepts)
  }

  /// Checks a piece of a tensor.
  func check(
    _ bytes: RawSpan, of tensor: SafetensorsWriter.Tensor, at byteOffset: Int, path: String
  ) throws {
    guard tensor.type.hasNonFiniteValues, !accepts(tensor.name) else { return }
    var count = NonFiniteCount()
    tensor.type.countNonFinite(
      bytes, at: byteOffset / (tensor.type.bitCount / 8), into: &count)
    guard !count.isEmpty else { return }
    throw SPINError(
      code, at: "\(source ?? path): tensor \"\(tensor.name)\"",
      "would hold \(count.text), \(count.firstPlace(in: tensor.shape)); nothing was written",
      remedy: remedy)
  }
}
