// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINReport
import Testing

/// That letters can be read in every theme.
struct StyleSheetTests {
  /// The colors of light, dark and paper, by name.
  private static let themes: [[String: String]] = StyleSheet.text
    .split(separator: ":root {", omittingEmptySubsequences: false).dropFirst().map { block in
      var colors: [String: String] = [:]
      for match in (block.split(separator: "}").first ?? "").matches(
        of: /--([a-z]+): (#[0-9a-f]{6});/)
      {
        colors[String(match.1)] = String(match.2)
      }
      return colors
    }

  /// The contrast of two colors by WCAG 2.2, from 1 to 21.
  private func contrast(_ first: String, _ second: String) -> Double {
    let luminances = [first, second].map { color -> Double in
      let channels = [1, 3, 5].map { place -> Double in
        let start = color.index(color.startIndex, offsetBy: place)
        let digits = color[start..<color.index(start, offsetBy: 2)]
        let value = Double(Int(digits, radix: 16) ?? 0) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }.sorted()
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)
  }

  @Test func lettersStandOutInEveryTheme() throws {
    #expect(contrast("#000000", "#ffffff").rounded() == 21)
    #expect(Self.themes.count == 3)
    for colors in Self.themes {
      let paper = try #require(colors["paper"])
      let raised = try #require(colors["raised"])
      for name in ["ink", "muted", "better", "worse"] {
        let color = try #require(colors[name])
        #expect(contrast(color, paper) >= 4.5, "\(name) \(color) on \(paper)")
      }
      #expect(try contrast(#require(colors["ink"]), raised) >= 7)
      // The two colors that mean something differ in more than hue.
      #expect(colors["better"] != colors["worse"])
    }
  }

  @Test func theSheetHoldsNoMarkup() {
    for character in ["<", ">", "&"] { #expect(!StyleSheet.text.contains(character)) }
    #expect(
      StyleSheet.text.count { $0 == "{" } == StyleSheet.text.count { $0 == "}" })
  }
}
