// SPDX-License-Identifier: Apache-2.0

// The style of text and of the contents.
extension StyleSheet {
  static let prose = """
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
      display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0 2rem; margin: 2rem 0 0;
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

  static let contents = """
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
}
