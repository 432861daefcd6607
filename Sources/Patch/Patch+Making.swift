// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
public import SPINJSON
import SPINStorage

extension Patch {
  /// Makes the patch that multiplies some weights of a model by a factor.
  ///
  /// A factor of zero writes positive zeros, whatever the sign of a weight. Any other product is
  /// rounded to the tensor's own type, ties to even.
  ///
  /// - Parameters:
  ///   - model: The model; its weight files are hashed.
  ///   - weights: Tensors by name with flat row-major indices, in any order; the patch has the names
  ///     of the file, see `ModelDirectory.entry(named:)`.
  ///   - scale: The factor, finite.
  ///   - provenance: How the weights were chosen.
  ///   - name: What the model is called.
  ///   - toolVersion: The version of SPIN.
  ///   - fileHashes: The SHA-256 of the weight files, where the caller has them already.
  ///   - hashesResult: Whether to hash the edited files too, which reads them whole; a patch that is
  ///     only put on in memory does without.
  ///   - shouldStop: Checked while files are hashed; true ends the work with an error of code
  ///     `interrupted`.
  /// - Throws: `SPINError` with code `malformedInput` where a tensor is missing, an index lies
  ///   outside, or a tensor's elements are not plain numbers; `usage` where the factor makes a weight
  ///   larger than its type holds.
  public static func make(
    model: ModelDirectory, weights: [(tensor: String, indices: [Int])], scale: Double,
    provenance: JSONObject, name: String? = nil, toolVersion: String,
    fileHashes: [String: String]? = nil, hashesResult: Bool = true,
    shouldStop: () -> Bool = { false }
  ) throws -> Patch {
    guard scale.isFinite else {
      throw SPINError(.usage, at: .factor, "is \(scale), a finite number is expected")
    }
    try model.requirePlainWeights()
    var tensors: [Tensor] = []
    for (name, indices) in weights.sorted(by: { $0.tensor < $1.tensor }) where !indices.isEmpty {
      let entry = try model.tensor(name)
      let type = try entry.editableType()
      let sorted = Set(indices).sorted()
      guard sorted.count == indices.count, let first = sorted.first, let last = sorted.last,
        first >= 0, last < entry.count
      else {
        throw SPINError(
          .malformedInput, at: "\(entry.file.path): tensor \"\(name)\"",
          "has the indices 0 to \(entry.count - 1), each once; the selection holds others",
          remedy: "the selection belongs to another model - select again")
      }
      let old = entry.bits(at: sorted, type)
      let new = try zip(sorted, old).map { index, bits -> UInt32 in
        guard scale != 0 else { return 0 }
        let (value, product) = (
          type.value(ofBits: bits), type.bits(nearest: Double(type.value(ofBits: bits)) * scale)
        )
        guard type.value(ofBits: product).isFinite else {
          throw Self.notFinite(value, times: scale, entry, index)
        }
        return product
      }
      tensors.append(
        Tensor(
          name: entry.name, elementType: type, shape: entry.shape, indices: sorted, old: old,
          new: new))
    }
    let hashes = try fileHashes ?? model.fileHashes()
    return Patch(
      base: Base(
        modelHash: ModelDirectory.modelHash(of: hashes), files: hashes,
        name: name ?? model.origin?.repository,
        origin: model.origin?.statement),
      scale: scale, provenance: provenance, tensors: tensors,
      filesAfter: hashesResult ? try hashesAfter(tensors, model, before: hashes, shouldStop) : nil,
      toolVersion: toolVersion)
  }

  /// A weight that is not finite, or would not be after the edit.
  private static func notFinite(
    _ value: Float, times scale: Double, _ entry: TensorEntry, _ index: Int
  ) -> SPINError {
    let place = "\(entry.file.path): tensor \"\(entry.name)\""
    guard value.isFinite else {
      return SPINError(
        .malformedInput, at: place,
        "holds \(value) at element \(index), which no factor but 0 mends",
        remedy: "list such values with spin inspect --values")
    }
    return SPINError(
      .usage, at: "\(setting: .factor, value: scale)",
      """
      makes the weight \(value) at element \(index) of "\(entry.name)" larger than \
      \(entry.elementTypeName) holds; nothing was written
      """,
      remedy: "give a factor closer to 0")
  }

  static func hashesAfter(
    _ tensors: [Tensor], _ model: ModelDirectory, before: [String: String],
    _ shouldStop: () -> Bool = { false }
  ) throws -> [String: String] {
    var hashes = before
    let edits = try edits(of: tensors, in: model, .apply)
    for (file, edits) in Dictionary(grouping: edits, by: \.file) {
      hashes[file] = try FileDigest.sha256(
        ofFileAt: model.path + "/" + file, with: edits, shouldStop: shouldStop)
    }
    return hashes
  }
}

extension TensorEntry {
  /// The element type, where single elements can be edited.
  func editableType() throws -> ElementType {
    guard let elementType else {
      throw SPINError(
        .malformedInput, at: "\(file.path): tensor \"\(name)\"",
        "holds \(elementTypeName), only F32, F16 and BF16 are edited",
        remedy: "use the checkpoint in one of these types")
    }
    return elementType
  }

  /// The bits of some elements.
  func bits(at indices: [Int], _ type: ElementType) -> [UInt32] {
    file.withBytes(byteRange) { bytes in
      indices.map { index in
        switch type {
        case .float32: bytes.littleEndian(UInt32.self, at: 4 * index)
        case .float16, .bfloat16: UInt32(bytes.littleEndian(UInt16.self, at: 2 * index))
        }
      }
    }
  }
}
