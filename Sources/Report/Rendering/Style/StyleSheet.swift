// SPDX-License-Identifier: Apache-2.0

/// The style sheet of a page.
///
/// Colors are named by their meaning and defined for light and dark mode. Blue and orange can be
/// told apart with every kind of color vision, and shapes and words repeat their meaning.
package enum StyleSheet {
  /// The style sheet; it contains no character that is special in XML text.
  package static let text =
    colors + prose + tables + figures + answers + contents + wide + narrow + print

  private static let colors = """
    :root {
      color-scheme: light dark;
      --paper: #fdfdfb; --raised: #f4f4ef; --ink: #1d2024; --muted: #5a6068; --rule: #d8d8d0;
      --shade: #c4c4bb; --better: #0b5c9e; --worse: #ad4300;
      --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans",
        "Liberation Sans", Arial, sans-serif;
      --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif",
        "Liberation Serif", serif;
      --mono: ui-monospace, "Cascadia Code", "Source Code Pro", Menlo, Consolas,
        "Liberation Mono", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #15171a; --raised: #1e2125; --ink: #e6e6e1; --muted: #a2a8af; --rule: #363b41;
        --shade: #4a5058; --better: #74b5f2; --worse: #f19a5e;
      }
    }

    """

}
