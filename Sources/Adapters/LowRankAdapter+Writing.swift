// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINExecution
import SPINJSON
import SPINKernels
public import SPINStorage

extension LowRankAdapter {
  /// Writes the folder of the adapter as PEFT does, whole or not at all.
  ///
  /// - Parameters:
  ///   - directory: The folder to make; an empty one may exist.
  ///   - type: How factors are stored; PEFT trains and stores them in F32.
  /// - Throws: `SPINError` with code `cannotCreate` where the folder exists, `checkFailed` where a factor
  ///   is not finite.
  public func write(to directory: String, as type: ElementType = .float32) throws {
    let output = try OutputDirectory(path: directory)
    try output.fill { try writeFiles(into: output.temporaryPath, as: type) }
  }

  /// Writes the two files into a folder that exists, each whole or not at all.
  package func writeFiles(into directory: String, as type: ElementType = .float32) throws {
    let parts = matrices.flatMap { matrix in
      var parts: [(name: String, shape: [Int], values: MatrixView)] = [
        (AdapterTensor.name(.a, of: matrix.name), [matrix.rank, matrix.a.columns], matrix.a),
        (AdapterTensor.name(.b, of: matrix.name), [matrix.b.rows, matrix.rank], matrix.b),
      ]
      if let magnitude = matrix.magnitude {
        parts.append(
          (
            AdapterTensor.name(.magnitude, of: matrix.name), [magnitude.count],
            MatrixView(magnitude, rows: 1, columns: magnitude.count)
          ))
      }
      return parts
    }
    let values = Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.values) })
    let writer = try SafetensorsWriter(
      path: directory + "/" + Self.fileName,
      tensors: parts.map {
        .init(name: $0.name, type: SafetensorsType(type), shape: $0.shape)
      },
      nonFinite: .refused(.checkFailed, remedy: "train with a lower learning rate"))
    let device = Execution(threads: 1).open()
    for name in writer.order {
      guard let matrix = values[name] else { continue }
      try writer.write(device.encoded(matrix, as: type), to: name)
    }
    try writer.finish()
    try OutputFile.write(
      Array(configuration.json.serialized().utf8),
      to: directory + "/" + AdapterConfiguration.fileName)
  }
}
