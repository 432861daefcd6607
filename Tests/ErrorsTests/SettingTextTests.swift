// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Testing

extension Setting {
  fileprivate static let keep = Setting("keep", of: "Request")
  fileprivate static let amount = Setting("amount", of: "Choice")
  fileprivate static let count = Setting(".count", of: "Choice.Amount")
  fileprivate static let restart = Setting("restart", of: "Run")
}

private enum Overflow: String {
  case cutOff = "cut-off"
}

/// Messages mention settings, and read by the names of whoever reads them.
struct SettingTextTests {
  /// Names as a program has them that stands in front of the library.
  private let flags = SettingNames { mention in
    let flag = ["keep": "--keep", "amount": "--q", ".count": "--count", "restart": "--restart"][
      mention.setting.name]
    return (flag ?? "\(mention)") + (mention.typed.map { " \($0)" } ?? "")
  }

  private let error = SPINError(
    .usage, at: .amount, "is \(1.5), expected at most 1",
    remedy: "give \(setting: .count, value: 22), or \(enabling: .restart)")

  @Test func aLibrarysCallerReadsSwiftNames() {
    #expect(
      error.description == "amount: is 1.5, expected at most 1; give .count(22), or restart: true")
    #expect(error.location == "amount" && error.setting == .amount)
    #expect(error.remedy == "give .count(22), or restart: true")
  }

  /// The same value, not another error, reads otherwise.
  @Test func aProgramPutsItsOwnNamesInPlace() {
    SettingNames.$current.withValue(flags) {
      #expect(
        error.description == "--q: is 1.5, expected at most 1; give --count 22, or --restart")
      #expect(error.location == "--q" && error.setting == .amount)
    }
    #expect(error.location == "amount")
  }

  /// Cases of an enum are written in one way and typed in another; what only the command line has is only there.
  @Test func valuesAreWrittenAndTyped() {
    let text: SettingText = """
      \(setting: .keep), \(setting: .keep, value: 5), \(setting: .keep, value: Overflow.cutOff), \
      \(setting: .keep, typed: "a=FILE")
      """
    #expect("\(text)" == "keep, keep: 5, keep: .cutOff, keep")
    SettingNames.$current.withValue(flags) {
      #expect("\(text)" == "--keep, --keep 5, --keep cut-off, --keep a=FILE")
    }
  }

  /// A file may have any name; what is interpolated as text stays text.
  @Test(arguments: ["amount", "--q", "\\(setting: .amount)", "Choice.amount", "\u{0}amount\u{0}"])
  func noNameOfAFileIsTakenForASetting(_ name: String) {
    let placed = SPINError(.malformedInput, at: name, "holds \(name)", remedy: "remove \(name)")
    #expect(placed.setting == nil)
    SettingNames.$current.withValue(SettingNames { _ in "a setting" }) {
      #expect(placed.description == "\(name): holds \(name); remove \(name)")
      let mixed = SPINError(
        .malformedInput, at: name, "is \(name)", remedy: "see \(setting: .keep)")
      #expect(mixed.description == "\(name): is \(name); see a setting")
    }
  }

  /// However an error is passed on, what it mentions stays a setting.
  @Test func mentionsOutliveWhateverIsDoneToAnError() {
    let holding: SettingText = "holds \(error)"
    let passed: [(SPINError, String)] = [
      (
        error.located(in: "a.json"),
        "a.json: --q: is 1.5, expected at most 1; give --count 22, or --restart"
      ),
      (
        error.located(at: "b.json"),
        "b.json: is 1.5, expected at most 1; give --count 22, or --restart"
      ),
      (error.advising("see \(setting: .keep)"), "--q: is 1.5, expected at most 1; see --keep"),
      (error.advising(nil), "--q: is 1.5, expected at most 1"),
      (
        error.counted(as: .configuration),
        "\("--q"): is 1.5, expected at most 1; give --count 22, or --restart"
      ),
      (error.adding(", here").advising(nil), "--q: is 1.5, expected at most 1, here"),
      (
        SPINError(.usage, at: "c", holding),
        "c: holds --q: is 1.5, expected at most 1; give --count 22, or --restart"
      ),
    ]
    SettingNames.$current.withValue(flags) {
      for (error, text) in passed { #expect(error.description == text) }
    }
    #expect(passed[4].0.code == .configuration)
  }

  /// Errors are compared by what they say, not by how it was put together.
  @Test func equalTextsAreEqual() {
    let name = "x"
    #expect(
      SPINError(.usage, at: "a", "has \(name) and \(setting: .keep)")
        == SPINError(.usage, at: "\("a")", "\("has") x and \(setting: .keep)"))
    #expect(SPINError(.usage, "is keep") != SPINError(.usage, "is \(setting: .keep)"))
  }
}
