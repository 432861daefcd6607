// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
public import SPINJSON
import SPINScores

/// Reading `selection.json` back.
extension CoupledSet {
  /// Reads what `json(tool:)` gives.
  ///
  /// - Throws: `SPINError` that names the key: another schema, a missing or malformed member,
  ///   indices that are not ascending or lie outside their matrix.
  public init(json: JSON, path: String) throws {
    guard let object = json.object else {
      throw SPINError(.malformedInput, at: path, "is \(json.brief), expected an object")
    }
    let schema = try object.required("schema", as: String.self)
    guard schema == Self.schema else {
      throw object.failure("schema", "is \"\(schema)\", expected \"\(Self.schema)\"")
    }
    let files = try object.required("model_files", as: JSONObject.self)
    let sources = try object.required("data", as: [JSONObject].self)
    let matrices = try object.required("matrices", as: [JSONObject].self)
      .map { try MatrixSelection(json: $0) }
    guard Set(matrices.map(\.name)).count == matrices.count else {
      throw object.failure("matrices", "names a matrix twice", remedy: "the file was edited")
    }
    var modelFiles: [String: String] = [:]
    for name in files.keys { modelFiles[name] = try files.required(name, as: String.self) }
    self.init(
      selection: try Selection(json: object), modelFiles: modelFiles,
      sources: try sources.map { try Source(json: $0) }, matrices: matrices)
  }
}

extension Selection {
  init(json object: JSONObject) throws {
    let pair = try object.required("pair", as: [String].self)
    guard pair.count == 2 else {
      throw object.failure("pair", "has \(pair.count) names, expected 2")
    }
    let target = try object.optional("target_module", as: String.self).map { text in
      try object.choice("target_module", text, as: TargetModule.self)
    }
    let layers = try object.optional("layers", as: [Int].self).map { bounds in
      guard bounds.count == 2, bounds[0] <= bounds[1],
        bounds.allSatisfy({ 0..<MatrixName.layerLimit ~= $0 })
      else {
        throw object.failure("layers", "is \(bounds), expected first and last layer")
      }
      return bounds[0]...bounds[1]
    }
    self.init(
      pair: (pair[0], pair[1]), general: try object.required("general"),
      generalAmount: try Amount(json: object, key: "p"),
      pairAmount: try Amount(json: object, key: "q"),
      rule: try object.choice("rule", try object.required("rule"), as: SelectionRule.self),
      targetModule: target, layers: layers, scale: try object.required("scale"),
      seed: try object.unsigned("seed"))
    do { try validate() } catch let error as SPINError { throw object.failure("rule", "\(error)") }
  }
}

extension Selection.Amount {
  init(json object: JSONObject, key: String) throws {
    let amount = try object.required(key, as: JSONObject.self)
    if let share = try amount.optional("share", as: Double.self) {
      self = .share(share)
    } else {
      self = .count(try amount.count("count", upTo: 1 << 40))
    }
  }
}

extension CoupledSet.Source {
  init(json object: JSONObject) throws {
    dataSet = try object.required("name")
    dataFile = try object.required("file")
    dataDigest = try object.required("sha256")
    sampleDigest = try object.required("sample_sha256")
    sampleCount = try object.count("samples", upTo: 1 << 40)
    seed = try object.unsigned("seed")
  }
}

extension MatrixSelection {
  init(json object: JSONObject) throws {
    let tensor = try object.required("tensor", as: String.self)
    guard let name = MatrixName(tensor: tensor) else {
      throw object.failure("tensor", "is \"\(tensor)\", expected a matrix of a decoder layer")
    }
    let shape = try object.required("shape", as: [Int].self)
    // Totals over all matrices of a document have to fit 64 bits.
    guard shape.count == 2, shape.allSatisfy({ 0...(1 << 31) ~= $0 }),
      shape[0] * shape[1] <= 1 << 40
    else {
      throw object.failure("shape", "is \(shape), expected two sizes of at most 2^40 weights")
    }
    self.name = name
    rows = shape[0]
    columns = shape[1]
    let size = shape[0] * shape[1]
    first = try Side(json: try object.required("first"))
    second = try Side(json: try object.required("second"))
    general = try TopScores.Cut(json: try object.required("general"))
    for (key, count) in [
      ("first", first.cut.count), ("second", second.cut.count), ("general", general.count),
    ] where !(0...size ~= count) {
      throw object.failure(key, "has \(count) weights, the matrix \(size)")
    }
    overlapCount = try object.count("overlap", upTo: size)
    coupledCount = try object.count("coupled", upTo: size)
    overlapProbability = try object.required("overlap_p_value")
    selectedCoupledCount = try object.count("selected_coupled", upTo: size)
    indices = try object.required("indices")
    guard indices.allSatisfy({ 0..<size ~= $0 }), zip(indices, indices.dropFirst()).allSatisfy(<)
    else {
      throw object.failure("indices", "are not ascending, or lie outside a matrix of \(size)")
    }
  }
}

extension MatrixSelection.Side {
  init(json object: JSONObject) throws {
    cut = try TopScores.Cut(json: object)
    outsideGeneral = try object.count("outside_general", upTo: 1 << 40)
  }
}

extension TopScores.Cut {
  init(json object: JSONObject) throws {
    self.init(
      count: try object.required("count"),
      value: try object.optional("cut", as: Double.self).map { Float($0) },
      nextValue: try object.optional("next", as: Double.self).map { Float($0) },
      tieCount: try object.count("ties", upTo: 1 << 40))
  }
}

extension JSONObject {
  /// One of the values of an enumeration.
  fileprivate func choice<Value: RawRepresentable & CaseIterable>(
    _ key: String, _ text: String, as type: Value.Type
  ) throws -> Value where Value.RawValue == String {
    guard let value = Value(rawValue: text) else {
      let all = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure(key, "is \"\(text.excerpt)\", expected one of \(all)")
    }
    return value
  }

  /// A count from 0 to a limit.
  fileprivate func count(_ key: String, upTo limit: Int) throws -> Int {
    let count: Int = try required(key)
    guard 0...limit ~= count else {
      throw failure(key, "is \(count), expected 0 to \(limit)")
    }
    return count
  }

  /// A number of 64 bits without sign, which JSON numbers need not hold: written as text.
  fileprivate func unsigned(_ key: String) throws -> UInt64 {
    let text = try required(key, as: String.self)
    guard let value = UInt64(text) else {
      throw failure(key, "is \"\(text.excerpt)\", expected a number")
    }
    return value
  }
}
