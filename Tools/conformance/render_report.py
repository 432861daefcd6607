#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens pages in a real Chromium and fails where one does not stand by itself.

    render_report.py CHROMIUM PAGE.. [--screenshots DIR]

A page fails on a message in the console, an exception, any request but for the page itself, a script or
handler that ran; where it is wider than the screen, where two texts of a figure overlap, where a table is
cut although there is room beside it, and where no link to the contents is in sight - on a large and a
small desktop, a tablet and a phone, in light and in dark, with everything folded and unfolded. Needs nothing but the standard library: the browser is spoken to through
a pipe, in the DevTools protocol.
"""

import argparse
import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

# Name, size, pixels a point and themes: those that change no measure are looked at on two screens.
SCREENS = [
    ("wide", 1920, 1080, 1, ["light"]), ("desktop", 1280, 900, 1, ["light", "dark"]),
    ("tablet", 768, 1024, 1, ["light"]), ("phone", 360, 740, 2, ["light", "dark"]),
]
SECONDS = 60


class Browser:
    """A headless Chromium whose commands go through a pipe."""

    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="spin-chromium-")
        command_read, self.command = os.pipe()
        self.reply, reply_write = os.pipe()
        # The protocol's pipe: commands on descriptor 3, replies on 4. A shell puts them there.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (command_read, reply_write)]
        os.close(command_read)
        os.close(reply_write)
        self.process = subprocess.Popen(
            [
                "bash", "-c", f'exec "$@" 3<&{ends[0]} 4>&{ends[1]}', "bash",
                program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-extensions", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "about:blank",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=ends)
        for end in ends:
            os.close(end)
        self.number = 0
        self.pending = b""
        self.events = []

    def call(self, method, session=None, **parameters):
        """Sends a command and waits for its result; events on the way are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.command, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self.receive(deadline)
            if answer is None:
                raise SystemExit(f"render_report: {method} has no answer after {SECONDS} s")
            if answer.get("id") != self.number:
                continue
            if "error" in answer:
                raise SystemExit(f"render_report: {method}: {answer['error']}")
            return answer["result"]

    def receive(self, deadline):
        """The next message; None where none comes in time."""
        while b"\0" not in self.pending:
            ready, _, _ = select.select([self.reply], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                return None
            data = os.read(self.reply, 1 << 20)
            if not data:
                raise SystemExit("render_report: the browser ended")
            self.pending += data
        line, self.pending = self.pending.split(b"\0", 1)
        message = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message

    def settle(self, seconds):
        """Takes in what the page still does by itself."""
        deadline = time.monotonic() + seconds
        while self.receive(deadline) is not None:
            pass

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)


def complaints(browser, session, address):
    """What happened that must not happen."""
    for event in browser.events:
        if event.get("sessionId") != session:
            continue
        method, facts = event["method"], event["params"]
        if method == "Runtime.consoleAPICalled":
            yield "console: " + " ".join(str(a.get("value", a.get("description"))) for a in facts["args"])
        elif method == "Log.entryAdded":
            yield "log: " + facts["entry"]["text"]
        elif method == "Runtime.exceptionThrown":
            yield "exception: " + facts["exceptionDetails"]["text"]
        elif method == "Page.javascriptDialogOpening":
            yield "dialog: " + facts["message"]
        elif method == "Network.requestWillBeSent":
            url = facts["request"]["url"]
            if url != address and not url.startswith("data:"):
                yield "request: " + url


MEASURES = """(() => {
  const width = document.documentElement.clientWidth;
  const wide = [];
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('.scroll, pre, svg')) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.right > width + 0.5) wide.push(element.tagName + '.' + element.className);
  }
  // Letters of two texts of one figure over each other. Boxes have room above and below the letters.
  const overlaps = [];
  for (const drawing of document.querySelectorAll('svg.drawing')) {
    const boxes = [...drawing.querySelectorAll('text')].map(text => {
      const box = text.getBoundingClientRect();
      const room = 0.18 * box.height;
      return {text: text.textContent, left: box.left, right: box.right,
        top: box.top + room, bottom: box.bottom - room};
    }).filter(box => box.right > box.left && box.text);
    boxes.forEach((a, index) => boxes.slice(index + 1).forEach(b => {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 0.5 && down > 0.5) overlaps.push(a.text + ' over ' + b.text);
    }));
  }
  // Tables that are cut: on a phone they may scroll where they have all of the width, and those that
  // say that they fit have to fit.
  const cut = [];
  for (const frame of document.querySelectorAll('.scroll')) {
    const box = frame.getBoundingClientRect();
    if (box.width == 0 || frame.scrollWidth <= frame.clientWidth + 1) continue;
    const name = frame.getAttribute('aria-label') + ': ' + frame.scrollWidth + ' on ' + frame.clientWidth;
    const isCompact = frame.querySelector('table.compact') != null;
    const hasRoom = box.left > 26 || width - box.right > 26;
    const scrolls = ['auto', 'scroll'].includes(getComputedStyle(frame).overflowX);
    if (width >= 1280 || isCompact || hasRoom || !scrolls) cut.push(name);
  }
  return {
    overlaps: [...new Set(overlaps)].slice(0, 8), cut: cut.slice(0, 8),
    width, scroll: document.documentElement.scrollWidth, wide: wide.slice(0, 5),
    scripts: document.scripts.length, ran: typeof window.hostile,
    text: document.body.innerText.length, drawings: document.querySelectorAll('svg.drawing').length,
    sections: document.querySelectorAll('h2').length, title: document.title,
  };
})()"""


WAY_BACK = """(() => {
  const height = document.documentElement.scrollHeight;
  const lost = [];
  for (const share of [0.2, 0.5, 0.8, 1]) {
    window.scrollTo(0, share * (height - window.innerHeight));
    const links = [...document.querySelectorAll('a[href="#contents"], a[href="#top"], nav a')];
    const isSeen = links.some(link => {
      const box = link.getBoundingClientRect();
      return box.width > 0 && box.bottom > 0 && box.top < window.innerHeight;
    });
    if (!isSeen) lost.push(Math.round(window.scrollY));
  }
  window.scrollTo(0, 0);
  return lost;
})()"""


def check(browser, page, screenshots):
    """Opens one page in every size and theme; returns what is wrong with it."""
    address = pathlib.Path(page).resolve().as_uri()
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.call(domain + ".enable", session)
    wrong = []
    for screen, width, height, scale, themes in SCREENS:
        for theme in themes:
            name = f"{screen}, {theme}"
            browser.events.clear()
            browser.call(
                "Emulation.setDeviceMetricsOverride", session, width=width, height=height,
                deviceScaleFactor=scale, mobile=screen == "phone")
            browser.call(
                "Emulation.setEmulatedMedia", session,
                features=[{"name": "prefers-color-scheme", "value": theme}])
            browser.call("Page.navigate", session, url=address)
            browser.settle(0.4)
            if not any(e["method"] == "Page.loadEventFired" for e in browser.events):
                browser.settle(10)
            for state in ("folded", "unfolded"):
                if state == "unfolded":
                    browser.call(
                        "Runtime.evaluate", session,
                        expression="document.querySelectorAll('details').forEach(d => d.open = true)")
                    browser.settle(0.2)
                facts = browser.call(
                    "Runtime.evaluate", session, expression=MEASURES, returnByValue=True
                )["result"]["value"]
                if facts["scroll"] > facts["width"] or facts["wide"]:
                    wrong.append(
                        f"{name}, {state}: {facts['scroll']} wide on {facts['width']}: {facts['wide']}")
                wrong += [f"{name}, {state}: in a figure: {text}" for text in facts["overlaps"]]
                wrong += [f"{name}, {state}: cut: {text}" for text in facts["cut"]]
                lost = browser.call(
                    "Runtime.evaluate", session, expression=WAY_BACK, returnByValue=True
                )["result"]["value"]
                if lost:
                    wrong.append(f"{name}, {state}: no link to the contents in sight at {lost}")
                if facts["scripts"] or facts["ran"] != "undefined":
                    wrong.append(f"{name}, {state}: holds or ran a script")
                if facts["text"] < 500 or facts["sections"] < 1:
                    wrong.append(f"{name}, {state}: shows almost nothing: {facts}")
                if screenshots:
                    image = browser.call(
                        "Page.captureScreenshot", session, captureBeyondViewport=True)["data"]
                    stem = pathlib.Path(page).stem
                    path = pathlib.Path(screenshots) / f"{stem}-{screen}-{theme}-{state}.png"
                    path.write_bytes(base64.b64decode(image))
            browser.settle(0.2)
            wrong += [f"{name}: {text}" for text in complaints(browser, session, address)]
    print(
        f"{page}: {facts['title']!r}, {facts['sections']} chapters, {facts['drawings']} drawings; "
        + ("nothing wrong" if not wrong else f"{len(wrong)} things wrong"))
    browser.call("Target.closeTarget", targetId=target)
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("chromium")
    parser.add_argument("pages", nargs="+")
    parser.add_argument("--screenshots")
    arguments = parser.parse_args()
    browser = Browser(arguments.chromium)
    try:
        wrong = [text for page in arguments.pages for text in check(browser, page, arguments.screenshots)]
    finally:
        browser.close()
    for text in wrong:
        print("render_report: " + text, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
