// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
import SPINStorage

/// Whether a patch is to be made or reverted.
public enum PatchDirection: String, Sendable {
  /// Old bits become new ones.
  case apply
  /// New bits become old ones.
  case revert
}

/// Which bits of a patch a model holds.
public struct PatchVerification: Sendable, Equatable {
  /// The state of a patch in a model.
  public enum State: String, Sendable {
    /// Every weight has its old bits.
    case unpatched
    /// Every weight has its new bits.
    case patched
    /// Some weights have old bits, some new ones.
    case mixed
    /// Some weights have neither.
    case other
  }

  /// The state of the patch in the model.
  public let state: State
  /// The number of weights with old bits; those that a patch leaves as they are count here.
  public let oldCount: Int
  /// The number of weights with new bits, which differ from the old ones.
  public let newCount: Int
  /// The number of weights with other bits.
  public let otherCount: Int
  /// The first weight with other bits, as a sentence.
  public let firstOther: String?
  /// Whether the weight files are byte for byte those of the base model; nil where not compared.
  public internal(set) var matchesBase: Bool?
  /// Whether the weight files are byte for byte those of the patched model; nil where not compared.
  public internal(set) var matchesPatched: Bool?
}

extension Patch {
  /// Compares a model with the patch.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - hashing: Whether to hash the weight files too, which reads every byte.
  /// - Throws: `SPINError` with code `checkFailed` where the model has other tensors.
  public func verify(_ model: ModelDirectory, hashing: Bool = true) throws -> PatchVerification {
    var counts = (old: 0, new: 0, other: 0)
    var unchanged = 0
    var first: String?
    for tensor in tensors {
      let entry = try entry(of: tensor, in: model)
      let bits = entry.bits(at: tensor.indices, tensor.elementType)
      for (position, found) in bits.enumerated() {
        let (old, new) = (tensor.old[position], tensor.new[position])
        if found == old {
          counts.old += 1
          if old == new { unchanged += 1 }
        } else if found == new {
          counts.new += 1
        } else {
          counts.other += 1
          let digits = tensor.elementType.digitCount
          first =
            first
            ?? "\(entry.file.path): tensor \"\(tensor.name)\" has \(found.hexadecimal(digits)) at "
            + "\(tensor.indices[position]), the patch knows \(old.hexadecimal(digits)) and "
            + new.hexadecimal(digits)
        }
      }
    }
    let state: PatchVerification.State =
      if counts.other > 0 {
        .other
      } else if counts.new == 0 {
        .unpatched
      } else {
        counts.old == unchanged ? .patched : .mixed
      }
    var result = PatchVerification(
      state: state, oldCount: counts.old, newCount: counts.new, otherCount: counts.other,
      firstOther: first)
    if hashing {
      let hashes = try model.fileHashes()
      result.matchesBase = hashes == base.files
      result.matchesPatched = filesAfter.map { hashes == $0 }
    }
    return result
  }

  /// Checks that every weight has the bits that a direction starts from.
  ///
  /// - Parameter isInMemory: Whether the edit is going to be put on in memory only.
  /// - Throws: `SPINError` with code `checkFailed` that says what the model is instead.
  package func requireStart(
    _ model: ModelDirectory, _ direction: PatchDirection, isInMemory: Bool = false
  ) throws {
    if direction == .apply { try requireFiniteValues() }
    let found = try verify(model, hashing: false)
    let consequence = isInMemory ? "" : "; nothing was written"
    switch (direction, found.state) {
    case (.apply, .unpatched), (.revert, .patched): return
    // A patch that changes nothing is both.
    case (.revert, .unpatched) where weightCount == unchangedCount: return
    case (.apply, .patched):
      throw SPINError(
        .checkFailed, at: model.path, "has this patch already\(consequence)",
        remedy: isInMemory
          ? """
          leave out \(setting: .patch): the model computes with the edit as it is; to compare both, give \
          \(setting: .patch) and the model before the edit, which `spin patch revert` makes
          """
          : "use the model as it is")
    case (.revert, .unpatched):
      throw SPINError(
        .checkFailed, at: model.path, "does not have this patch\(consequence)",
        remedy: "give the patched model")
    case (_, .mixed):
      throw SPINError(
        .checkFailed, at: model.path,
        "has \(found.newCount) of the \(weightCount - unchangedCount) changes of this patch"
          + consequence, remedy: "start from a fresh copy of the model")
    default:
      throw SPINError(
        .checkFailed, at: nil,
        (found.firstOther ?? "\(model.path): has other weights") + consequence,
        remedy: "the patch was made for another model\(base.name.map { ", \($0)" } ?? "")")
    }
  }

  /// Checks that a patch writes no NaN and no infinity.
  ///
  /// Reverting is exempt: it restores what the model had.
  private func requireFiniteValues() throws {
    for tensor in tensors {
      var count = NonFiniteCount()
      for (index, bits) in zip(tensor.indices, tensor.new)
      where !tensor.elementType.value(ofBits: bits).isFinite {
        tensor.elementType.bytes(ofBits: bits).withRawSpan {
          count.add($0, tensor.elementType, at: index)
        }
      }
      guard count.isEmpty else {
        throw SPINError(
          .malformedInput, at: "patch: tensor \"\(tensor.name)\"",
          "would write \(count.text), \(count.firstPlace(in: tensor.shape)); nothing was written",
          remedy: "make the patch again, with a \(setting: .factor) closer to 0")
      }
    }
  }

  /// The tensor of a model that a tensor of the patch is about.
  func entry(of tensor: Tensor, in model: ModelDirectory) throws -> TensorEntry {
    try Self.entry(of: tensor, in: model, baseName: base.name)
  }

  private static func entry(
    of tensor: Tensor, in model: ModelDirectory, baseName: String?
  ) throws -> TensorEntry {
    let remedy = "the patch was made for another model\(baseName.map { ", \($0)" } ?? "")"
    guard let entry = model.entry(named: tensor.name) else {
      throw SPINError(
        .checkFailed, at: model.path, "has no tensor \"\(tensor.name)\", which the patch edits",
        remedy: remedy)
    }
    guard entry.shape == tensor.shape, entry.elementType == tensor.elementType else {
      throw SPINError(
        .checkFailed, at: "\(entry.file.path): tensor \"\(tensor.name)\"",
        "is \(entry.elementTypeName) \(entry.shape), the patch edits "
          + "\(tensor.elementType.rawValue) \(tensor.shape)", remedy: remedy)
    }
    return entry
  }

  /// The bytes that a direction changes; weights that do not change have none.
  static func edits(
    of tensors: [Tensor], in model: ModelDirectory, _ direction: PatchDirection
  ) throws -> [ByteEdit] {
    var edits: [ByteEdit] = []
    for tensor in tensors {
      let entry = try entry(of: tensor, in: model, baseName: nil)
      let size = tensor.elementType.byteCount
      for (position, index) in tensor.indices.enumerated()
      where tensor.old[position] != tensor.new[position] {
        let old = tensor.elementType.bytes(ofBits: tensor.old[position])
        let new = tensor.elementType.bytes(ofBits: tensor.new[position])
        edits.append(
          ByteEdit(
            file: FileSystem.name(of: entry.file.path),
            offset: entry.byteRange.lowerBound + index * size,
            old: direction == .apply ? old : new, new: direction == .apply ? new : old))
      }
    }
    return edits
  }
}
