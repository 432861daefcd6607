// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// A measure that reports do not know, shown by what its document has: a title, and numbers with
/// their changes.
struct QuantitiesReading: MeasureReading {
  /// A number of a measure, with its change.
  struct Quantity {
    let title, items: String
    /// "share", "ratio" or "plain".
    let scale: String
    let unit: String?
    let before, after: (value: Report.Estimate?, count: Int)?
    let change: (estimate: Report.Estimate, pValue: Double?)?
  }

  let file: MeasureFile
  /// The title of the section, and the explanation for readers.
  let title, note: String
  let quantities: [Quantity]

  /// The maximum size of a document, in bytes; larger ones must contain more than a title and
  /// numbers.
  private static let largestDocument = 1 << 20

  /// The documents of other measures in a folder, by name.
  ///
  /// - Throws: `SPINError` if one is malformed.
  static func all(in folder: String, except known: [String]) throws -> [Self] {
    try FileSystem.names(in: folder).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
      .filter { !known.contains($0) }.sorted().compactMap { try Self($0, in: folder) }
  }

  private init?(_ name: String, in folder: String) throws {
    let path = "\(folder)/\(name).json"
    guard let status = FileSystem.status(path), status.kind == .file else { return nil }
    guard status.byteCount <= Self.largestDocument else {
      guard try Self.isNamed(name, within: RandomAccessFile(path: path, .read), status.byteCount)
      else { return nil }
      throw SPINError(
        .malformedInput, at: path,
        "has \(status.byteCount) bytes, and the numbers of a measure take at most \(Self.largestDocument)",
        remedy: "move the items of the measure to a file of their own")
    }
    // A document that claims to be a measure is read, and errors in it are reported; other files
    // are ignored.
    guard try Self.isMeasure(FileSystem.read(path), name),
      let file = try MeasureFile(name, in: folder)
    else { return nil }
    self.file = file
    title = try file.members.required("title")
    note = try file.members.optional("note") ?? ""
    quantities = try file.members.required("quantities", as: [JSONObject].self).map(Quantity.init)
  }

  /// Whether the beginning or the end of a large file claims that it is the document of a measure.
  private static func isNamed(
    _ name: String, within file: RandomAccessFile, _ byteCount: Int
  ) throws -> Bool {
    let count = min(byteCount, 4096)
    return try [0, byteCount - count].contains { offset in
      let text = String(decoding: try file.read(count: count, at: offset), as: UTF8.self)
      return text.contains("\"schema\"") && text.contains("\"\(name)/")
    }
  }

  /// Whether a file has the schema of its name and numbers, or claims to if it is not valid JSON.
  private static func isMeasure(_ bytes: [UInt8], _ name: String) -> Bool {
    guard let object = try? JSON(parsing: bytes, path: name).object else {
      let text = String(decoding: bytes, as: UTF8.self)
      return text.contains("\"schema\"") && text.contains("\"\(name)/")
    }
    return object["schema"]?.string?.hasPrefix(name + "/") == true && object["quantities"] != nil
  }

  /// The name of the document, with other characters replaced by hyphens.
  var sectionID: String {
    "measure-" + file.measure.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
  }

  func section(of run: ReportedRun, id: String) -> Section? {
    let isCompared = quantities.contains { $0.before != nil }
    let sides: [Table.Column] =
      isCompared ? [.number("before"), .number("after")] : [.number("value")]
    let changes: [Table.Column] =
      isCompared ? [.number("change"), .number("95% interval"), .number("p")] : []
    return Section(
      id: id, title: title,
      blocks: [
        .table(
          Table(
            caption: title, columns: [.text("measured")] + sides + [.number("n")] + changes,
            rows: quantities.map { quantity in
              let values = (isCompared ? [quantity.before] : []) + [quantity.after]
              var cells: [Table.Cell] = [.text(quantity.title)]
              cells += values.map { .number($0?.value?.value, quantity.text) }
              cells.append(.text(quantity.countText))
              guard isCompared else { return cells }
              let change = quantity.change
              return cells + [
                .number(change?.estimate.value, quantity.changeText),
                .interval(
                  change?.estimate.lower, change?.estimate.upper, quantity.changeText),
                .number(change?.pValue, NumberText.probability),
              ]
            },
            note: [
              .text((note.isEmpty ? "" : note + " ") + (isCompared ? "p is not adjusted." : ""))
            ]
          ))
      ])
  }
}

extension QuantitiesReading.Quantity {
  fileprivate init(_ object: JSONObject) throws {
    title = try object.required("title")
    items = try object.required("items")
    scale = try object.required("scale")
    guard ["share", "ratio", "plain"].contains(scale) else {
      throw object.failure("scale", "is \"\(scale)\", expected share, ratio or plain")
    }
    unit = try object.optional("unit")
    func side(_ key: String) throws -> (value: Report.Estimate?, count: Int)? {
      try object.optional(key, as: JSONObject.self).map { side in
        let count: Int = try side.required("n")
        guard count >= 0 else { throw side.failure("n", "is \(count), expected 0 or more") }
        return (try Self.estimate(side), count)
      }
    }
    before = try side("before")
    after = try side("after")
    change = try object.optional("change", as: JSONObject.self).flatMap { object in
      let pValue: Double? = try object.optional("p_value")
      guard pValue.map({ 0...1 ~= $0 }) ?? true else {
        throw object.failure("p_value", "is \(pValue ?? 0), expected 0 to 1")
      }
      return try Self.estimate(object).map { ($0, pValue) }
    }
  }

  private static func estimate(_ object: JSONObject) throws -> Report.Estimate? {
    try object.optional("value", as: Double.self).map {
      Report.Estimate(
        $0, lower: try object.optional("lower"), upper: try object.optional("upper"))
    }
  }

  fileprivate var countText: String {
    NumberText.count(after?.count ?? 0) + " " + items
  }

  fileprivate func text(_ value: Double) -> String {
    switch scale {
    case "share": NumberText.percent(value)
    default: NumberText.brief(value, digits: 4) + (unit.map { " " + $0 } ?? "")
    }
  }

  fileprivate func changeText(_ value: Double) -> String {
    switch scale {
    case "share": NumberText.signed(value * 100, 1)
    case "ratio": NumberText.signed((value - 1) * 100, 2) + "%"
    default: NumberText.signed(value, 1)
    }
  }
}
