// SPDX-License-Identifier: Apache-2.0

// The style of tables, figures and sample answers.
extension StyleSheet {
  static let tables = """
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

  static let figures = """
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

  static let answers = """
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
}
