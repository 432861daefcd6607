// SPDX-License-Identifier: Apache-2.0

extension ScalarSet {
  /// The set denoted by `\p{name}`; nil if the name is not known.
  ///
  /// Names are short and long names of general categories, scripts and POSIX names; case, spaces,
  /// `_` and `-` are ignored.
  static func property(_ name: String) -> ScalarSet? {
    let key = name.lowercased().filter { !" _-".contains($0) }
    if let table = CategoryData.categories[key] ?? ScriptData.scripts[key] {
      return ScalarSet(table: table)
    }
    if let category = longNames[key] { return property(category) }
    if let members = groups[key] { return union(members) }
    switch key {
    case "any": return .all
    case "assigned": return unassigned.complement
    case "cn", "unassigned": return unassigned
    case "c", "other": return union(["cc", "cf", "co"]).union(unassigned)
    // Unlike the POSIX bracket, this property has no symbols.
    case "punct": return property("p")
    default: return posix(key)
    }
  }

  /// The set denoted by `[:name:]`; nil if the name is not known.
  static func posix(_ name: String) -> ScalarSet? {
    switch name {
    case "alpha", "alphabetic": return ScalarSet(table: LetterData.alphabetic)
    case "upper", "uppercase": return ScalarSet(table: LetterData.uppercase)
    case "lower", "lowercase": return ScalarSet(table: LetterData.lowercase)
    case "alnum": return ScalarSet(table: LetterData.alphabetic).union(digit)
    case "blank": return union(["zs"]).union(ScalarSet(0x09))
    case "cntrl": return property("cc")
    case "digit": return digit
    case "graph": return space.union(union(["cc"])).union(unassigned).complement
    case "print": return posix("graph")?.union(union(["zs"]))
    case "punct": return property("p")?.union(union(["sm", "sc", "sk", "so"]))
    case "space", "whitespace": return space
    case "word": return word
    case "xdigit": return hexadecimalDigit
    case "ascii": return ScalarSet([0..<0x80])
    default: return nil
    }
  }

  /// `\d`: decimal digits.
  static let digit = union(["nd"])
  /// `\s`: white space.
  static let space = ScalarSet(table: UnicodeData.spaces)
  /// Words in a class, `[\w]`, `[\p{Word}]` and `[[:word:]]`: alphabetic scalars, marks, decimal
  /// digits and connector punctuation.
  ///
  /// Of other numbers, those are words that are alphabetic, as `Ⅷ` is.
  static let word = ScalarSet(table: LetterData.alphabetic).union(
    union(["mn", "mc", "me", "nd", "pc"]))
  /// Words outside of a class, `\w` and `\p{Word}`, and what `\b` has on one side: `²³¹¼½¾`, too.
  ///
  /// Oniguruma looks scalars below 256 up in a table of their own, which has these six.
  static let wordOutsideClasses = word.union(
    ScalarSet("²³¹¼½¾".unicodeScalars.map { $0.value..<$0.value + 1 }))
  /// `\h`: ASCII hexadecimal digits.
  static let hexadecimalDigit = ScalarSet([0x30..<0x3A, 0x41..<0x47, 0x61..<0x67])
  /// `\n`, which `.` does not match.
  static let newline = ScalarSet(0x0A)

  private static let unassigned = union(Array(CategoryData.categories.keys)).complement
    .subtracting(ScalarSet([0xD800..<0xE000]))

  private static func union(_ categories: [String]) -> ScalarSet {
    ScalarSet(categories.flatMap { ScalarSet(table: CategoryData.categories[$0] ?? []).ranges })
  }

  private static let groups = [
    "l": ["lu", "ll", "lt", "lm", "lo"], "letter": ["lu", "ll", "lt", "lm", "lo"],
    "lc": ["lu", "ll", "lt"], "casedletter": ["lu", "ll", "lt"],
    "m": ["mn", "mc", "me"], "mark": ["mn", "mc", "me"], "combiningmark": ["mn", "mc", "me"],
    "n": ["nd", "nl", "no"], "number": ["nd", "nl", "no"],
    "p": ["pc", "pd", "ps", "pe", "pi", "pf", "po"],
    "punctuation": ["pc", "pd", "ps", "pe", "pi", "pf", "po"],
    "s": ["sm", "sc", "sk", "so"], "symbol": ["sm", "sc", "sk", "so"],
    "z": ["zs", "zl", "zp"], "separator": ["zs", "zl", "zp"],
  ]

  private static let longNames = [
    "uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt",
    "modifierletter": "lm", "otherletter": "lo", "nonspacingmark": "mn", "spacingmark": "mc",
    "enclosingmark": "me", "decimalnumber": "nd", "letternumber": "nl", "othernumber": "no",
    "connectorpunctuation": "pc", "dashpunctuation": "pd", "openpunctuation": "ps",
    "closepunctuation": "pe", "initialpunctuation": "pi", "finalpunctuation": "pf",
    "otherpunctuation": "po", "mathsymbol": "sm", "currencysymbol": "sc", "modifiersymbol": "sk",
    "othersymbol": "so", "spaceseparator": "zs", "lineseparator": "zl",
    "paragraphseparator": "zp", "control": "cc", "format": "cf", "privateuse": "co",
    "arab": "arabic", "armn": "armenian", "beng": "bengali", "cyrl": "cyrillic",
    "deva": "devanagari", "geor": "georgian", "grek": "greek", "hani": "han", "hang": "hangul",
    "hebr": "hebrew", "hira": "hiragana", "kana": "katakana", "latn": "latin",
    "zyyy": "common", "zinh": "inherited",
  ]
}
