// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINAdapters
import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINExecution
import SPINKernels
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

struct MergeTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// What PEFT merges, in the checkpoint's own precision.
  ///
  /// PyTorch adds the products of a rank and the squares of a norm in an order of its own, so Float32
  /// may differ: by some units in the last place of the change, which is smaller than the weight. A
  /// weight that lies at the border of two numbers of 16 bits may then become the other.
  @Test(arguments: AdapterFixture.names)
  func mergedMatricesAreThoseOfPEFT(_ name: String) throws {
    let fixture = try AdapterFixture(name)
    let adapter = try LowRankAdapter(path: fixture.path)
    let out = directory.file("out")
    let base = try ModelDirectory(path: fixture.model)
    let receipt = try adapter.merge(into: base, out: out)
    #expect(receipt.matrixCount == adapter.matrices.count)
    let merged = try ModelDirectory(path: out)
    let expected = try fixture.merged()
    #expect(!expected.isEmpty)
    for (tensor, (bytes, type)) in expected {
      let entry = try merged.tensor(tensor)
      let found = numbers(entry.file.bytes(entry.byteRange), type)
      let theirs = numbers(bytes, type)
      let differences = zip(found, theirs).filter { $0 != $1 }
      #expect(differences.count * 100 <= (type == .float32 ? 100 : 1) * found.count, "\(tensor)")
      for (ours, theirs) in differences {
        let unit = type == .float32 ? max(theirs.ulp, 0x1p-25) : theirs.ulp * 0x1p16
        #expect(abs(ours - theirs) <= 2 * unit, "\(tensor): \(ours), \(theirs)")
      }
    }
    // Whatever is not changed has its bytes.
    let changed = Set(adapter.matrices.map(\.name.tensor))
    for (tensor, bytes) in tensors(of: base) {
      let entry = try merged.tensor(tensor)
      #expect((entry.file.bytes(entry.byteRange) == bytes) != changed.contains(tensor))
    }
    for file in try FileSystem.names(in: fixture.model) where !file.hasSuffix(".safetensors") {
      #expect(try FileSystem.read(out + "/" + file) == FileSystem.read(fixture.model + "/" + file))
    }
  }

  /// A change that overflows the weights' type is neither written nor put on in memory.
  @Test(arguments: [ElementType.float32, .float16, .bfloat16])
  func aChangeThatOverflowsIsRefused(_ type: ElementType) throws {
    let made = try MadeModel(type)
    let model = try made.model()
    let before = tensors(of: model)
    let good = Self.adapter(isDoRA: false, seed: 9)
    for scale in [1e30 * (type == .float32 ? 1e10 : type == .float16 ? 1e-24 : 1e9), 1e308] {
      let adapter = LowRankAdapter(
        configuration: good.configuration,
        matrices: good.matrices.map {
          LowRankMatrix(name: $0.name, a: $0.a, b: $0.b, magnitude: $0.magnitude, scale: scale)
        })
      let out = directory.file("out")
      for apply in [
        { _ = try adapter.merge(into: model, out: out) },
        { _ = try adapter.edited(model) },
      ] as [() throws -> Void] {
        let error = try #require(throws: SPINError.self) { try apply() }
        #expect(error.message.contains("would hold"), "\(error)")
        #expect(error.message.hasSuffix("; nothing was written"))
        #expect(
          error.remedy
            == "the change is too large for \(type.rawValue): check lora_alpha and the adapter's factors"
        )
      }
      #expect(FileSystem.status(out) == nil)
      #expect(tensors(of: model) == before)
    }
  }

  /// A factor that is NaN is named where the adapter is read.
  @Test func aFactorThatIsNotFiniteIsRefused() throws {
    let fixture = try AdapterFixture("llama-lora")
    let adapter = try LowRankAdapter(path: fixture.path)
    let path = directory.file("adapter")
    try adapter.write(to: path)
    let file = path + "/" + LowRankAdapter.fileName
    let entry = try #require(try SafetensorsFile(path: file).entries.last)
    var bytes = try FileSystem.read(file)
    bytes.replaceSubrange(entry.byteRange.prefix(4), with: [0, 0, 0xC0, 0x7F])
    try OutputFile.write(bytes, to: file)
    expectError(
      "DIR/adapter/adapter_model.safetensors: tensor \"\(entry.name)\": holds 1 NaN value, the first at row 0, "
        + "column 0; use another copy of the adapter, or train it again with a lower learning rate",
      code: .malformedInput, in: directory.path
    ) { try LowRankAdapter(path: path) }
  }

  /// An adapter that became infinite in training is not written.
  @Test func anAdapterThatIsNotFiniteIsNotWritten() throws {
    let good = Self.adapter(isDoRA: false, seed: 9)
    let first = try #require(good.matrices.first)
    var values = Array(first.b.values)
    values[3] = .infinity
    let adapter = LowRankAdapter(
      configuration: good.configuration,
      matrices: [
        LowRankMatrix(
          name: first.name, a: first.a,
          b: MatrixView(values, rows: first.b.rows, columns: first.b.columns),
          magnitude: nil, scale: first.scale)
      ])
    let path = directory.file("adapter")
    let error = try #require(throws: SPINError.self) { try adapter.write(to: path) }
    #expect(
      error.code == .checkFailed && error.remedy == "train with a lower learning rate", "\(error)")
    #expect(FileSystem.status(path) == nil)
  }

  /// Every number against the documented steps, one after the other.
  @Test(arguments: ElementType.allCases) func mergedNumbersFollowTheDocumentedSteps(
    _ type: ElementType
  ) throws {
    for isDoRA in [false, true] {
      let made = try MadeModel(type)
      let adapter = Self.adapter(isDoRA: isDoRA, seed: 9)
      let out = directory.file("\(isDoRA)")
      try adapter.merge(into: try made.model(), out: out, on: Execution(threads: 2))
      let merged = try ModelDirectory(path: out)
      for matrix in adapter.matrices {
        let entry = try made.model().tensor(matrix.name.tensor)
        let weights = numbers(entry.file.bytes(entry.byteRange), type)
        let result = try merged.tensor(matrix.name.tensor)
        let found = numbers(result.file.bytes(result.byteRange), type)
        let columns = matrix.a.columns
        for row in 0..<matrix.b.rows {
          var sums: [Float] = []
          for column in 0..<columns {
            var chain: Float = 0
            for inner in 0..<matrix.rank {
              chain = fma(matrix.b[row, inner], matrix.a[inner, column], chain)
            }
            sums.append(weights[row * columns + column] + Float(matrix.scale) * chain)
          }
          var factor: Float?
          if let magnitude = matrix.magnitude {
            var partial = [Double](repeating: 0, count: 16)
            for (column, value) in sums.enumerated() {
              partial[column % 16] += Double(value) * Double(value)
            }
            factor = magnitude[row] / Float(partial.reduce(0, +).squareRoot())
          }
          for column in 0..<columns {
            let value = factor.map { $0 * sums[column] } ?? sums[column]
            let expected = type.value(ofBits: type.bits(nearest: Double(value)))
            #expect(found[row * columns + column] == expected)
          }
        }
      }
    }
  }

  @Test func threadsChangeNoBit() throws {
    let made = try MadeModel(.bfloat16)
    let adapter = Self.adapter(isDoRA: true, seed: 3)
    for threads in [1, 4] {
      try adapter.merge(
        into: try made.model(), out: directory.file("\(threads)"), on: Execution(threads: threads))
    }
    #expect(
      try FileSystem.read(directory.file("1/model.safetensors"))
        == FileSystem.read(directory.file("4/model.safetensors")))
  }

  @Test func aModelThatDoesNotFitIsNamedAndNothingIsLeft() throws {
    let made = try MadeModel(.float32)
    var configuration = AdapterConfiguration(targets: TargetModules([.query]))
    configuration.rank = 1
    configuration.baseModel = "other"
    let wrong = LowRankAdapter(
      configuration: configuration,
      matrices: [
        LowRankMatrix(
          name: MatrixName(layer: 0, projection: .query), a: MatrixView(rows: 1, columns: 5),
          b: MatrixView(rows: 20, columns: 1), scale: 1)
      ])
    expectError(
      "DIR/model: changes model.layers.0.self_attn.q_proj.weight of shape [20, 5], which has [20, 12] "
        + "in DIR/model; the adapter belongs to another model, other", code: .malformedInput,
      in: made.directory.path
    ) { try wrong.merge(into: try made.model(), out: made.directory.file("out")) }
    let deeper = LowRankAdapter(
      configuration: configuration,
      matrices: [
        LowRankMatrix(
          name: MatrixName(layer: 3, projection: .query), a: MatrixView(rows: 1, columns: 12),
          b: MatrixView(rows: 20, columns: 1), scale: 1)
      ])
    expectError(
      "DIR/model: changes model.layers.3.self_attn.q_proj.weight, which DIR/model does not have; the "
        + "adapter belongs to another model, other", code: .malformedInput,
      in: made.directory.path
    ) { try deeper.merge(into: try made.model(), out: made.directory.file("out")) }
    let none = LowRankAdapter(configuration: configuration, matrices: [])
    expectError(
      "DIR/model: has no factors for model.layers.0.self_attn.q_proj, which its configuration targets "
        + "in DIR/model; the adapter belongs to a smaller model, or its file is not whole",
      code: .malformedInput, in: made.directory.path
    ) { try none.merge(into: try made.model(), out: made.directory.file("out")) }
    #expect(try FileSystem.names(in: made.directory.path) == ["model"])
  }

  /// Random factors for two matrices of `MadeModel`.
  static func adapter(isDoRA: Bool, seed: UInt64) -> LowRankAdapter {
    var generator = SeededGenerator(seed: seed)
    var configuration = AdapterConfiguration(targets: TargetModules([.key, .down]))
    configuration.rank = 3
    configuration.alpha = 2
    configuration.usesDoRA = isDoRA
    let matrices = [MatrixName.Projection.key, .down].map { projection in
      let (rows, columns) = projection == .down ? (12, 20) : (20, 12)
      return LowRankMatrix(
        name: MatrixName(layer: 0, projection: projection),
        a: MatrixView(generator.floats(3 * columns), rows: 3, columns: columns),
        b: MatrixView(generator.floats(rows * 3), rows: rows, columns: 3),
        magnitude: isDoRA ? FloatBuffer(generator.floats(rows).map { $0 + 1.5 }) : nil,
        scale: 2.0 / 3)
    }
    return LowRankAdapter(configuration: configuration, matrices: matrices)
  }
}
