// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINKernels
public import SPINStorage

extension FullModel {
  /// Writes `model.safetensors` of a folder, each tensor in the precision that `type` names.
  ///
  /// - Throws: `SPINError` where the file cannot be written, or where a value is not finite in its type.
  public func write(to folder: String, type: (String) -> ElementType) throws {
    let parameters = parameters
    let path = folder + "/model.safetensors"
    let writer = try SafetensorsWriter(
      path: path,
      tensors: parameters.map { parameter in
        SafetensorsWriter.Tensor(
          name: parameter.name, type: SafetensorsType(type(parameter.name)),
          shape: parameter.shape)
      },
      nonFinite: .refused(
        .checkFailed,
        remedy:
          "train with a lower learning rate, or begin with weights of a type with a larger range"))
    let byName = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
    for name in writer.order {
      guard let parameter = byName[name] else { preconditionFailure("no parameter \(name)") }
      try write(parameter, as: type(name), to: writer)
    }
    try writer.finish()
  }

  private func write(
    _ parameter: Parameter, as type: ElementType, to writer: SafetensorsWriter
  ) throws {
    let piece = 1 << 20
    for start in stride(from: 0, to: parameter.values.count, by: piece) {
      let range = start..<min(parameter.values.count, start + piece)
      try device.download(parameter.values, range) { values in
        guard type != .float32 else {
          return try values.withRawSpan { try writer.write($0, to: parameter.name) }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * values.count)
        for index in values.indices {
          let value = values[index]
          bytes.append(
            littleEndian: type == .bfloat16
              ? HalfPrecision.bfloat16(value) : HalfPrecision.float16(value))
        }
        try writer.write(bytes, to: parameter.name)
      }
    }
  }
}
