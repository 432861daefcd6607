// SPDX-License-Identifier: Apache-2.0

/// How a page looks.
///
/// Colors are named by what they mean, once for light and once for dark; blue and
/// orange are told apart by every kind of color vision, and shapes and words say the same.
package enum StyleSheet {
  /// The style sheet; it holds none of the characters that mean something in XML.
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

  private static let prose = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
    body {
      margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 62rem;
      background: var(--paper); color: var(--ink);
      font: 1.0625rem/1.55 var(--serif); overflow-wrap: break-word;
    }
    h1, h2, h3, h4, h5 { font-family: var(--sans); line-height: 1.25; text-wrap: balance; }
    h1 { margin: 0; font-size: 2rem; font-weight: 650; letter-spacing: -0.015em; }
    h2 { margin: 3rem 0 0.75rem; font-size: 1.35rem; font-weight: 650; }
    h3 { margin: 2rem 0 0.5rem; font-size: 1.1rem; font-weight: 650; }
    h4, h5 { margin: 1.75rem 0 0.5rem; font-size: 0.95rem; font-weight: 650; }
    p, ul { margin: 0.6rem 0; max-width: 42rem; }
    p, li, h1, h2, h3, h4, h5, figcaption, summary { overflow-wrap: anywhere; }
    a { color: var(--better); text-underline-offset: 0.15em; }
    code, pre { font-family: var(--mono); font-size: 0.82em; }
    pre {
      margin: 0.75rem 0; padding: 0.8rem 1rem; max-height: 30rem; overflow: auto;
      background: var(--raised); border-radius: 4px; line-height: 1.45; white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    pre code { font-size: 0.8rem; }
    .kicker {
      margin: 0 0 0.4rem; font: 600 0.78rem/1.2 var(--sans); color: var(--muted);
      text-transform: uppercase; letter-spacing: 0.09em;
    }
    .subtitle { margin: 0.5rem 0 0; color: var(--muted); }
    .note { font: 0.82rem/1.5 var(--sans); color: var(--muted); }
    .list { padding-left: 1.2rem; }
    .list li { margin: 0.45rem 0; }
    .list code { overflow-wrap: anywhere; }
    footer {
      margin-top: 4rem; padding-top: 0.75rem; border-top: 1px solid var(--rule);
      font: 0.82rem/1.5 var(--sans); color: var(--muted);
    }
    details { margin: 0.5rem 0; }
    summary { cursor: pointer; font: 0.85rem/1.5 var(--sans); color: var(--muted); }
    :focus-visible { outline: 2px solid var(--better); outline-offset: 2px; }
    .verdicts {
      display: grid; grid-template-columns: repeat(3, 1fr); gap: 0 2rem; margin: 2rem 0 0;
      border-top: 2px solid var(--ink);
    }
    .verdict-card { padding: 0.9rem 0 0.5rem; min-width: 0; }
    .verdict-card .question {
      margin: 0; font-size: 0.85rem; font-weight: 500; color: var(--muted);
    }
    .verdict-card .answer { margin: 0.1rem 0 0.5rem; font: 650 1.3rem/1.25 var(--sans); }
    .verdict-card ul { margin: 0; padding: 0; list-style: none; font: 0.86rem/1.5 var(--sans); }
    .verdict-card li { margin: 0.4rem 0; }

    """

  private static let tables = """
    .table { margin: 1.5rem 0; }
    .scroll {
      overflow-x: auto;
      background:
        linear-gradient(to right, var(--paper) 35%, transparent) left / 2.5rem 100% no-repeat local,
        linear-gradient(to left, var(--paper) 35%, transparent) right / 2.5rem 100% no-repeat local,
        linear-gradient(to right, var(--shade), transparent) left / 0.8rem 100% no-repeat scroll,
        linear-gradient(to left, var(--shade), transparent) right / 0.8rem 100% no-repeat scroll;
    }
    table {
      border-collapse: collapse; min-width: 100%; font: 0.86rem/1.4 var(--sans);
      font-variant-numeric: lining-nums tabular-nums;
    }
    caption {
      overflow-wrap: anywhere;
      padding: 0 0 0.5rem; text-align: left; font-weight: 600; color: var(--ink);
    }
    caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 3rem); }
    th, td {
      padding: 0.38rem 0.9rem 0.38rem 0; vertical-align: top; text-align: left;
      border-bottom: 1px solid var(--rule);
    }
    thead th {
      vertical-align: bottom; font-weight: 500; color: var(--muted);
      border-bottom: 1px solid var(--ink);
    }
    tbody th { font-weight: 500; }
    th:last-child, td:last-child { padding-right: 0; }
    .number { text-align: right; white-space: nowrap; }
    thead .number { white-space: normal; min-width: 3.6em; }
    .detail { display: block; font-size: 0.78rem; font-weight: 400; color: var(--muted); }
    .number .detail { white-space: pre; }
    .effect {
      display: inline-block; font-size: 0.72rem; font-weight: 600; padding: 0 0.35em;
      border: 1px solid currentColor; border-radius: 3px; vertical-align: 0.08em;
    }
    .effect.better { color: var(--better); }
    .effect.worse { color: var(--worse); }
    .effect.changed { color: var(--ink); }
    .cell-mark { display: block; width: 7.5rem; height: 1.125rem; }

    """

  private static let figures = """
    figure { margin: 1.75rem 0; }
    figcaption { margin-top: 0.5rem; max-width: 42rem; font: 0.84rem/1.5 var(--sans); color: var(--muted); }
    figcaption b { color: var(--ink); font-weight: 600; }
    .drawing { display: block; width: 100%; max-width: 36rem; height: auto; }
    .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(13.5rem, 1fr)); gap: 1.25rem; }
    .panel-title { margin: 0 0 0.1rem; font: 600 0.86rem/1.4 var(--sans); }
    svg text { font: 11.5px var(--sans); fill: var(--ink); font-variant-numeric: lining-nums tabular-nums; }
    svg .tick, svg .axis-name { fill: var(--muted); }
    svg .halo { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
    .grid { stroke: var(--rule); stroke-width: 1; }
    .axis { stroke: var(--muted); stroke-width: 1; }
    .curve { fill: none; stroke: var(--better); stroke-width: 1.6; stroke-linejoin: round; }
    .curve.untouched { stroke: var(--muted); }
    .curve.other { stroke: var(--ink); }
    .band { fill: var(--better); fill-opacity: 0.17; stroke: none; }
    .cut { stroke: var(--worse); stroke-width: 1.4; stroke-dasharray: 4 3; }
    .null-band { fill: var(--muted); fill-opacity: 0.2; stroke: none; }
    .path-of-edit { stroke: var(--muted); stroke-width: 1.2; stroke-dasharray: 1.5 3.5; stroke-linecap: round; }
    .interval { stroke: var(--muted); stroke-width: 1.6; }
    .interval.edited, .interval.better { stroke: var(--better); }
    .interval.worse { stroke: var(--worse); }
    .interval.changed { stroke: var(--ink); }
    .leader { stroke: var(--muted); stroke-width: 0.8; }
    .mark { fill: var(--better); stroke: var(--better); stroke-width: 1.6; }
    .mark.untouched { fill: var(--paper); stroke: var(--muted); }
    .mark.candidate { fill: var(--paper); }
    .interval.candidate { stroke: var(--better); stroke-width: 0.7; }
    .mark.other { fill: var(--ink); stroke: var(--ink); }
    .mark.worse { fill: var(--worse); stroke: var(--worse); }
    .mark.changed { fill: var(--ink); stroke: var(--ink); }
    .mark.unclear { fill: var(--paper); stroke: var(--muted); }
    .mark.small { stroke-width: 1; }
    .cell { fill: var(--better); }
    .cell.none { fill: none; stroke: var(--rule); stroke-width: 1; }

    """

  private static let answers = """
    .sample { margin: 0 0 1rem; padding: 0.75rem 0 0.25rem; border-top: 1px solid var(--rule); }
    .sample .question { margin: 0 0 0.6rem; max-width: none; font-weight: 600; }
    .sample .index { font: 0.78rem/1.4 var(--sans); color: var(--muted); margin-right: 0.35em; }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem 1.75rem; }
    .pair .side:only-child { grid-column: 1 / -1; }
    .side { min-width: 0; }
    .side-title { margin: 0; font: 0.8rem/1.5 var(--sans); color: var(--muted); }
    .side blockquote {
      margin: 0.25rem 0 0.6rem; font-size: 0.95rem; line-height: 1.5; white-space: pre-wrap;
      overflow-wrap: anywhere; unicode-bidi: isolate;
    }
    .side .none { margin: 0.25rem 0; color: var(--muted); font-style: italic; }
    .verdict { font-weight: 600; }
    .verdict.safe { color: var(--better); }
    .verdict.unsafe { color: var(--worse); }

    """

  private static let contents = """
    nav { margin: 2.25rem 0 0; padding: 0.9rem 0 0; border-top: 1px solid var(--rule); }
    nav ul { margin: 0; padding: 0; max-width: none; list-style: none; font: 0.88rem/1.5 var(--sans); }
    nav .outer { display: flex; flex-wrap: wrap; gap: 0.3rem 1.25rem; }
    nav ul ul, nav .top { display: none; }
    .to-contents {
      position: fixed; right: 0.75rem; bottom: 0.75rem; padding: 0.7rem 0.9rem;
      background: var(--raised); border: 1px solid var(--rule); border-radius: 4px;
      font: 0.85rem/1.2 var(--sans); text-decoration: none;
    }

    """

  /// Where there is a margin, the contents stand in it and tables have the whole rest.
  private static let wide = """
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

  private static let narrow = """
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

  private static let print = """
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
