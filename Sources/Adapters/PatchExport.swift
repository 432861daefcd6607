// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINKernels
public import SPINPatch
public import SPINStorage

/// A patch as a LoRA adapter whose merge gives the patched checkpoint, bit for bit.
///
/// Each changed weight is one product of the factors: a column of A's identity times the change in B,
/// or the other way round, whichever lines hold the entries of a matrix in the smallest rank. So B A
/// is exact, and with alpha = R the scale is 1; PEFT's `merge_and_unload` then adds the change in
/// Float32 and rounds once. Whether that gives the patch's bits is checked for each weight beforehand.
///
/// Unmerged, as vLLM and PEFT compute by default, the model is the same up to rounding only.
public struct PatchExport: Sendable {
  /// The adapter that equals the patch.
  public let adapter: LowRankAdapter
  /// How the factors are stored: the checkpoint's type where it holds every change, else F32.
  public let elementType: ElementType
  /// The weights that change.
  public let weightCount: Int

  /// The ranks that vLLM allows as `--max-lora-rank`.
  ///
  /// - Source: `MaxLoRARanks` in vllm/config/lora.py, v0.27.
  private static let rankLimits = [1, 8, 16, 32, 64, 128, 256, 320, 512]

  /// What to give vLLM as `--max-lora-rank`; nil where the rank is beyond what it allows.
  public var maxLoRARank: Int? { Self.rankLimits.first { $0 >= adapter.largestRank } }

  /// Makes the adapter of a patch.
  ///
  /// - Parameters:
  ///   - patch: The patch.
  ///   - model: The model that it was made for, unpatched.
  ///   - baseModel: What the adapter's configuration calls the model; the patch's own name for it
  ///     where nil.
  /// - Throws: `SPINError` with code `checkFailed` where the model is another one; `unavailable` where
  ///   a bit of the patch cannot be had by adding: its message names the weight and says why.
  public init(_ patch: Patch, of model: ModelDirectory, baseModel: String? = nil) throws {
    try patch.requireStart(model, .apply)
    var parts: [Part] = []
    for tensor in patch.tensors {
      let changes = try Self.changes(of: tensor, in: model)
      guard !changes.isEmpty else { continue }
      guard let name = MatrixName(stored: tensor.name) else {
        throw SPINError(
          .unavailable, at: "tensor \"\(tensor.name)\"",
          "is no matrix of a linear layer in a decoder's layer, which is all that a LoRA changes",
          remedy: "use spin patch apply")
      }
      try Self.requireNoNegativeZero(in: tensor, of: model)
      parts.append(Part(name: name, type: tensor.elementType, shape: tensor.shape, changes))
    }
    guard !parts.isEmpty else {
      throw SPINError(
        .checkFailed, "the patch changes no bit: there is nothing to export as an adapter")
    }
    parts.sort { $0.name < $1.name }
    adapter = LowRankAdapter(
      configuration: Self.configuration(parts, baseModel: baseModel ?? patch.base.name),
      matrices: parts.map(\.matrix))
    let type = parts[0].type
    let isNarrow = parts.allSatisfy { $0.type == type && $0.fits(type) }
    elementType = isNarrow ? type : .float32
    weightCount = parts.reduce(0) { $0 + $1.changes.count }
  }

  /// Writes the adapter's folder, whole or not at all.
  public func write(to directory: String) throws {
    try adapter.write(to: directory, as: elementType)
  }

  /// Every matrix by its whole name, the largest rank for all, and exceptions for the others.
  private static func configuration(_ parts: [Part], baseModel: String?) -> AdapterConfiguration {
    let rank = parts.map(\.cover.count).max() ?? 1
    var configuration = AdapterConfiguration(
      targets: TargetModules(.names(parts.map(\.name.module))))
    configuration.rank = rank
    configuration.alpha = Double(rank)
    let others = parts.filter { $0.cover.count != rank }
    configuration.ranks = others.map { .init($0.name.module, $0.cover.count) }
    configuration.alphas = others.map { .init($0.name.module, Double($0.cover.count)) }
    configuration.baseModel = baseModel
    return configuration
  }

  /// One matrix: what is added to which of its weights, and the lines that hold them.
  private struct Part {
    let name: MatrixName
    let type: ElementType
    let shape: [Int]
    let changes: [(index: Int, value: Float)]
    let cover: LineCover

    init(
      name: MatrixName, type: ElementType, shape: [Int], _ changes: [(index: Int, value: Float)]
    ) {
      self.name = name
      self.type = type
      self.shape = shape
      self.changes = changes
      cover = LineCover(
        changes.map { (row: $0.index / shape[1], column: $0.index % shape[1]) })
    }

    /// Whether a type holds every change exactly.
    func fits(_ type: ElementType) -> Bool {
      changes.allSatisfy { type.value(ofBits: type.bits(nearest: Double($0.value))) == $0.value }
    }

    var matrix: LowRankMatrix {
      let a = MatrixView(rows: cover.count, columns: shape[1])
      let b = MatrixView(rows: shape[0], columns: cover.count)
      var placeOfRow: [Int: Int] = [:]
      var placeOfColumn: [Int: Int] = [:]
      for (place, row) in cover.rows.enumerated() {
        placeOfRow[row] = place
        b[row, place] = 1
      }
      for (place, column) in cover.columns.enumerated() {
        placeOfColumn[column] = cover.rows.count + place
        a[cover.rows.count + place, column] = 1
      }
      for change in changes {
        let (row, column) = change.index.quotientAndRemainder(dividingBy: shape[1])
        // An entry whose row and column are both among the lines belongs to its row alone.
        if let place = placeOfRow[row] {
          a[place, column] = change.value
        } else if let place = placeOfColumn[column] {
          b[row, place] = change.value
        } else {
          preconditionFailure("an entry outside all lines")
        }
      }
      return LowRankMatrix(name: name, a: a, b: b, scale: 1)
    }
  }
}

/// What has to hold for a merge to give exactly the bits of a patch.
extension PatchExport {
  /// What is added to each weight of a tensor that changes.
  private static func changes(
    of tensor: Patch.Tensor, in model: ModelDirectory
  ) throws -> [(index: Int, value: Float)] {
    var changes: [(index: Int, value: Float)] = []
    for (position, index) in tensor.indices.enumerated()
    where tensor.old[position] != tensor.new[position] {
      let (old, new) = (tensor.old[position], tensor.new[position])
      guard let value = change(from: old, to: new, tensor.elementType) else {
        let type = tensor.elementType
        throw SPINError(
          .unavailable, at: "tensor \"\(tensor.name)\"",
          "weight \(index) goes from \(type.value(ofBits: old)) to \(type.value(ofBits: new)), and no "
            + "Float32 added to the first rounds to the second in \(type.rawValue)",
          remedy: "use spin patch apply; patches that set weights to zero can be exported")
      }
      changes.append((index, value))
    }
    return changes
  }

  /// A number whose sum with the old weight, in Float32 and rounded to the type, has the new bits.
  static func change(from old: UInt32, to new: UInt32, _ type: ElementType) -> Float? {
    let (start, end) = (type.value(ofBits: old), type.value(ofBits: new))
    let difference = end - start
    return [difference, difference.nextUp, difference.nextDown].first { change in
      change.isFinite && type.bits(nearest: Double(start + change)) == new
    }
  }

  /// Adding a positive zero makes a negative one positive, and a merge adds to every weight.
  private static func requireNoNegativeZero(
    in tensor: Patch.Tensor, of model: ModelDirectory
  ) throws {
    let entry = try model.tensor(tensor.name)
    let type = tensor.elementType
    let changed = Set(
      tensor.indices.indices.filter { tensor.old[$0] != tensor.new[$0] }.map { tensor.indices[$0] })
    let found = entry.file.withBytes(entry.byteRange) { bytes in
      (0..<entry.count).first { index in
        let isNegativeZero =
          type == .float32
          ? bytes.littleEndian(UInt32.self, at: 4 * index) == 0x8000_0000
          : bytes.littleEndian(UInt16.self, at: 2 * index) == 0x8000
        return isNegativeZero && !changed.contains(index)
      }
    }
    guard let found else { return }
    throw SPINError(
      .unavailable, at: "\(entry.file.path): tensor \"\(tensor.name)\"",
      "weight \(found) is a negative zero, which merging any LoRA makes a positive one",
      remedy: "use spin patch apply")
  }
}
