// SPDX-License-Identifier: Apache-2.0

// The style for wide and narrow screens, and for paper.
extension StyleSheet {
  /// On wide screens, the contents are in the margin, and tables have the rest of the width.
  static let wide = """
    @media (min-width: 75rem) {
      body { max-width: 86rem; padding: 2.5rem 2rem 4rem; }
      header, footer { margin-left: 14.5rem; }
      main { display: grid; grid-template-columns: 12rem minmax(0, 1fr); column-gap: 2.5rem; }
      .lead, .chapters { grid-column: 2; min-width: 0; }
      .lead { grid-row: 1; }
      .chapters { grid-row: 2; }
      nav {
        grid-column: 1; grid-row: 1 / span 2; align-self: start; position: sticky; top: 1.5rem;
        max-height: calc(100vh - 3rem); overflow-y: auto; margin: 2rem 0 0; padding: 0 0.5rem 0 0;
        border: 0;
      }
      nav .outer { display: block; }
      nav li { margin: 0.3rem 0; }
      nav a { text-decoration: none; }
      nav a:hover { text-decoration: underline; }
      nav ul ul { display: block; padding-left: 0.8rem; font-size: 0.82rem; }
      nav .top { display: block; margin: 0.9rem 0 0; font: 0.82rem/1.5 var(--sans); }
      .to-contents { display: none; }
      caption span { max-width: calc(min(100vw, 86rem) - 19rem); }
      .drawing { max-width: 40rem; }
      .panels .drawing { max-width: 24rem; }
    }

    """

  static let narrow = """
    @media (max-width: 44rem) {
      body { padding: 1.5rem 1rem 3rem; font-size: 1rem; }
      h1 { font-size: 1.6rem; }
      .verdicts { grid-template-columns: 1fr; }
      .verdict-card + .verdict-card { border-top: 1px solid var(--rule); }
      .optional { display: none; }
      caption span { max-width: calc(100vw - 2rem); }
      table:not(.compact) tbody th, table:not(.compact) thead th:first-child {
        position: sticky; left: 0; background: var(--paper);
      }
      th, td { padding-right: 0.7rem; }
      .pair { grid-template-columns: 1fr; }
      svg.drawing:not(.small) text { font-size: 16px; }
      .compact { font-size: 0.8rem; }
      .compact .number, .compact .number .detail { white-space: normal; min-width: 0; }
      .compact .effect { display: block; width: fit-content; margin-left: auto; }
    }

    """

  static let print = """
    @media print {
      :root {
        color-scheme: light;
        --paper: #ffffff; --raised: #f6f6f2; --ink: #000000; --muted: #4a4f55; --rule: #c9c9c2;
        --shade: #ffffff; --better: #0b5c9e; --worse: #ad4300;
      }
      body { max-width: none; padding: 0; font-size: 10pt; }
      nav, .to-contents { display: none; }
      main { display: block; }
      header, footer { margin-left: 0; }
      h2, h3, h4, caption, thead, summary { break-after: avoid; }
      figure, .sample, tr, .verdict-card { break-inside: avoid; }
      .scroll { overflow: visible; }
      pre { max-height: none; }
      a { color: inherit; }
      .cell, .band, .mark { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    """
}
