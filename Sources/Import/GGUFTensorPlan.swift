// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINGGUF
import SPINStorage

/// Which tensors of a GGUF file become which of the checkpoint.
struct GGUFTensorPlan {
  let file: GGUFFile
  let configuration: GGUFConfiguration
  let elementType: ElementType

  /// The tensors of the checkpoint in the order of the model.
  ///
  /// - Throws: `SPINError` that names a tensor which is missing, superfluous, of another shape, or
  ///   stored in a type that is not read.
  func tensors() throws -> [ImportedTensor] {
    var remaining = Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0) })
    remaining[TensorNames.ropeFrequencies] = nil
    var result: [ImportedTensor] = []
    func take(_ gguf: String, _ checkpoint: String, _ shape: [Int], isPermuted: Bool) throws {
      guard let tensor = remaining.removeValue(forKey: gguf) else {
        throw SPINError(
          .malformedInput, at: file.path, "has no tensor \"\(gguf)\"",
          remedy: "the file is incomplete - download it again")
      }
      result.append(try imported(tensor, checkpoint, shape, isPermuted: isPermuted))
    }
    let sizes = configuration
    try take(
      "token_embd.weight", TensorName.embedding, [sizes.vocabularySize, sizes.hiddenSize],
      isPermuted: false)
    for layer in 0..<sizes.layerCount {
      for part in TensorNames.block {
        guard let shape = shape(of: part.gguf) else { continue }
        try take(
          "blk.\(layer).\(part.gguf)", "model.layers.\(layer).\(part.checkpoint)", shape,
          isPermuted: sizes.architecture.permutesQueryAndKey
            && (part.gguf.hasPrefix("attn_q.") || part.gguf.hasPrefix("attn_k.")))
      }
    }
    try take("output_norm.weight", TensorName.finalNorm, [sizes.hiddenSize], isPermuted: false)
    if !sizes.tiesWordEmbeddings {
      try take(
        "output.weight", TensorName.head, [sizes.vocabularySize, sizes.hiddenSize],
        isPermuted: false)
    }
    if let name = remaining.keys.min() {
      throw SPINError(
        .unavailable, at: "\(file.path): tensor \"\(name)\"",
        "has no counterpart in a checkpoint of \(sizes.family.architecture)"
          + (remaining.count > 1 ? ", nor have \(remaining.count - 1) others" : ""),
        remedy: "SPIN does not compute what this model does with it")
    }
    return result
  }

  /// The shape of a part of a block, nil where this model has no such part.
  private func shape(of part: String) -> [Int]? {
    let sizes = configuration
    let queries = sizes.headCount * sizes.headSize
    let keys = sizes.keyValueHeadCount * sizes.headSize
    let hasBias = sizes.architecture.hasQueryKeyValueBias || sizes.hasAttentionBias
    switch part {
    case "attn_norm.weight", "ffn_norm.weight": return [sizes.hiddenSize]
    case "attn_q.weight": return [queries, sizes.hiddenSize]
    case "attn_k.weight", "attn_v.weight": return [keys, sizes.hiddenSize]
    case "attn_output.weight": return [sizes.hiddenSize, queries]
    case "attn_q.bias": return hasBias ? [queries] : nil
    case "attn_k.bias", "attn_v.bias": return hasBias ? [keys] : nil
    case "attn_output.bias": return sizes.hasAttentionBias ? [sizes.hiddenSize] : nil
    case "attn_q_norm.weight", "attn_k_norm.weight":
      return sizes.architecture.hasQueryKeyNorm ? [sizes.headSize] : nil
    case "ffn_gate.weight", "ffn_up.weight": return [sizes.intermediateSize, sizes.hiddenSize]
    case "ffn_down.weight": return [sizes.hiddenSize, sizes.intermediateSize]
    default: return nil
    }
  }

  private func imported(
    _ tensor: GGUFTensor, _ name: String, _ shape: [Int], isPermuted: Bool
  ) throws -> ImportedTensor {
    let place = "\(file.path): tensor \"\(tensor.name)\""
    guard tensor.type.isDecoded else {
      throw SPINError(
        .unavailable, at: place,
        "is quantized as \(tensor.type.name), expected one of \(GGMLType.decodedNames)",
        remedy: "use a file of the same model in one of these types, best Q8_0 or F16")
    }
    guard tensor.shape == shape else {
      throw SPINError(
        .malformedInput, at: place, "has the shape \(tensor.shape), the metadata give \(shape)",
        remedy: "the file is inconsistent - use another one")
    }
    // One number a row where rows of a vector are moved.
    let isVector = shape.count == 1
    let columnCount = isVector ? (isPermuted ? 1 : shape[0]) : shape[1]
    let rowCount = isVector ? (isPermuted ? shape[0] : 1) : shape[0]
    let headSize = isPermuted ? configuration.headSize : nil
    guard columnCount % tensor.type.block.elementCount == 0 else {
      throw SPINError(.malformedInput, at: place, "is a vector in blocks, expected plain numbers")
    }
    let rows = GGUFRows(
      file: file.file, tensor: tensor, columnCount: columnCount, headSize: headSize,
      elementType: elementType)
    return ImportedTensor(
      name: name, type: SafetensorsType(elementType), shape: shape, columnCount: columnCount,
      rowCount: rowCount, rows: { try rows.bytes(of: $0) })
  }
}

/// The rows of a tensor of a GGUF file, converted as they are read.
struct GGUFRows: Sendable {
  let file: MappedFile
  let tensor: GGUFTensor
  let columnCount: Int
  /// The rows of a head where q or k were permuted; nil for rows in their order.
  let headSize: Int?
  let elementType: ElementType

  /// The row of the file that a row of the checkpoint comes from.
  ///
  /// A head of E rows is `[E / 2, 2]` in the file and `[2, E / 2]` in the checkpoint.
  func sourceRow(_ row: Int) -> Int {
    guard let headSize else { return row }
    let (head, inHead) = (row / headSize, row % headSize)
    let half = headSize / 2
    return head * headSize + inHead % half * 2 + inHead / half
  }

  /// The bytes of some rows in the checkpoint's type.
  func bytes(of rows: Range<Int>) throws -> [UInt8] {
    let block = tensor.type.block
    let rowByteCount = columnCount / block.elementCount * block.byteCount
    var values = [Float](repeating: 0, count: rows.count * columnCount)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * elementType.byteCount)
    var span = values.mutableSpan
    // Rows in order are one stretch of blocks.
    let isContiguous = headSize == nil
    for (index, row) in (isContiguous ? rows.prefix(1) : rows[...]).enumerated() {
      let start = tensor.byteRange.lowerBound + sourceRow(row) * rowByteCount
      let count = isContiguous ? rows.count : 1
      let range = start..<start + count * rowByteCount
      file.withBytes(range) { blocks in
        var part = span._mutatingExtracting(index * columnCount..<(index + count) * columnCount)
        tensor.type.dequantize(blocks, into: &part)
      }
    }
    try ElementConversion.append(values.span, as: elementType, to: &bytes, name: tensor.name)
    if isContiguous, let first = rows.first {
      let start = tensor.byteRange.lowerBound + first * rowByteCount
      file.releasePages(start..<start + rows.count * rowByteCount)
    }
    return bytes
  }
}
