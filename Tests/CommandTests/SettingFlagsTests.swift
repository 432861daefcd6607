// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

@testable import SPINCommandLine

/// What the library calls a property is a flag on the command line.
struct SettingFlagsTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources").standardizedFileURL

  /// The code of the library without its comments, by file.
  private static let library: [String] = {
    let paths = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    return (paths?.compactMap { $0 as? URL } ?? []).filter {
      $0.pathExtension == "swift" && !$0.path().contains("/Sources/CLI/")
    }.compactMap { try? String(contentsOf: $0, encoding: .utf8) }.map { text in
      text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
        .joined(separator: "\n")
    }
  }()

  /// Every setting that a module declares.
  private static let declared: Set<Setting> = {
    let settings = library.flatMap { text in
      text.matches(of: /\bSetting\(\s*"([^"]+)", of: "([^"]+)"\)/).map {
        Setting(String($0.1), of: String($0.2))
      }
    }
    return Set(settings)
  }()

  private static let tabled = Set(
    SettingFlags.table.flatMap { owner, names in names.keys.map { Setting($0, of: owner) } })

  /// A message would name a property to somebody who types flags; a row that nothing declares is left over.
  @Test func everySettingHasAFlag() {
    #expect(Self.declared.count > 50)
    #expect(Self.declared.subtracting(Self.tabled) == [])
    #expect(Self.tabled.subtracting(Self.declared) == [])
  }

  @Test func everyFlagIsOneOfTheCommandLines() throws {
    let dump = try Program.run(["--experimental-dump-help"]).standardOutput
    let known = Set(dump.matches(of: /"kind" : "long",\s*"name" : "([^"]+)"/).map { "--\($0.1)" })
    #expect(known.count > 100)
    for flag in SettingFlags.table.values.flatMap(\.values) {
      let names = flag.matches(of: /--[a-z0-9-]+/).map { String($0.0) }
      #expect(!names.isEmpty && Set(names).isSubset(of: known), "\(flag)")
    }
  }

  /// A property that was renamed would be called by its old name.
  @Test func everySettingIsWrittenAsMessagesSay() throws {
    let files = Self.library.map(Declarations.init)
    for setting in Self.declared {
      let type = try #require(
        setting.owner.split(separator: ".").last { $0.first?.isUppercase == true })
      let name = Declarations.identifier(setting.name.drop { $0 == "." })
      let isThere = files.contains { $0.types.contains(type) && $0.names.contains(name) }
      #expect(isThere, "\(setting)")
    }
  }

  /// What a file declares, as far as words tell.
  private struct Declarations {
    var types: Set<Substring> = []
    /// Properties, parameters, cases and types.
    var names: Set<Substring> = []

    init(_ text: String) {
      var before: Substring = ""
      for word in text.split(whereSeparator: \.isWhitespace) {
        let name = Self.identifier(word.drop { "([{".contains($0) })
        switch before {
        case "struct", "enum", "class", "extension":
          // "Selection.Amount" declares something of Amount.
          let path = word.prefix { $0.isLetter || $0 == "." }
          types.insert(path.split(separator: ".").last ?? "")
          names.insert(name)
        case "var", "let", "case": names.insert(name)
        default: if word.hasSuffix(":") { names.insert(name) }
        }
        before = word
      }
    }

    static func identifier(_ word: Substring) -> Substring {
      word.prefix { $0.isLetter || $0.isNumber }
    }
  }

  @Test func oneErrorReadsInTwoWays() {
    let error = #expect(throws: SPINError.self) {
      try Selection(pairAmount: .share(1.5)).validate()
    }
    let rest = "is 1.5, expected a share above 0 and at most 1; give a number of weights per matrix"
    #expect(error?.description == "pairAmount: \(rest) with .count")
    SettingNames.$current.withValue(SettingFlags.names) {
      #expect(error?.description == "--q: \(rest) with --count")
    }
  }
}
