# SPDX-License-Identifier: Apache-2.0
"""Writes the library's documentation: what `import SPIN` gives, with the articles and the tutorial of the catalog.

    swift build -c release --product spin
    python3 Tools/documentation.py --out .build/docs [--build .build/release]

`import SPIN` gives names that are declared in other modules (`Sources/SPIN/Exports.swift`), and DocC documents one module. This reads
the symbols of all of them with `swift symbolgraph-extract`, keeps those that SPIN exports, and gives them to DocC as symbols of
SPIN. A link that leads nowhere is an error.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CATALOG = ROOT / "Sources/SPIN/SPIN.docc"
# `@_exported public import SPINPatch`, or one declaration of it: `@_exported public import struct SPINPatch.Patch`.
EXPORT = re.compile(
    r"^@_exported public import (?:(?:struct|class|enum|protocol|typealias|func|let|var) )?(\w+)(?:\.(\w+))? *(?://.*)?$", re.MULTILINE
)


def exports():
    """The modules that SPIN exports, each with the names that it exports of them; None for all."""
    modules = {"SPIN": None}
    for path in sorted((ROOT / "Sources/SPIN").rglob("*.swift")):
        for module, name in EXPORT.findall(path.read_text(encoding="utf-8")):
            if not name:
                modules[module] = None
            elif modules.setdefault(module, set()) is not None:
                modules[module].add(name)
    if len(modules) == 1:
        raise SystemExit("Sources/SPIN exports no module")
    return modules


def graphs(build, module, folder):
    """The symbols of a module, and after them those that it adds to types of each other module."""
    command = ["swift", "symbolgraph-extract", "-module-name", module, "-I", build / "Modules", "-output-dir", folder]
    target = json.loads(subprocess.run(["swiftc", "-print-target-info"], capture_output=True, check=True).stdout)
    command += ["-target", target["target"]["triple"], "-minimum-access-level", "public", "-skip-synthesized-members"]
    if sys.platform == "darwin":
        command += ["-sdk", subprocess.run(["xcrun", "--show-sdk-path"], capture_output=True, text=True, check=True).stdout.strip()]
    for path in sorted(build.glob("C*.build/module.modulemap")):
        if (ROOT / "Sources" / path.parent.stem).is_dir():
            command += ["-Xcc", f"-fmodule-map-file={path}"]
    subprocess.run(command, check=True)
    paths = [folder / f"{module}.symbols.json", *sorted(folder.glob(f"{module}@*.symbols.json"))]
    return [json.loads(path.read_text()) for path in paths]


def exported(build, folder):
    """One graph of everything that SPIN exports."""
    kept, found = set(), []
    for module, names in exports().items():
        place = folder / module
        place.mkdir()
        own, *added = graphs(build, module, place)
        found += [own, *added]
        top = {symbol["pathComponents"][0] for symbol in own["symbols"]}
        missing = (names or set()) - top
        if missing:
            raise SystemExit(f"{module} declares no public {', '.join(sorted(missing))}")
        kept |= top if names is None else names
    symbols, relationships = {}, []
    for graph in found:
        for symbol in graph["symbols"]:
            if symbol["pathComponents"][0] in kept:
                symbols.setdefault(symbol["identifier"]["precise"], symbol)
    for graph in found:
        relationships += [one for one in graph["relationships"] if one["source"] in symbols]
    whole = dict(found[0], symbols=list(symbols.values()), relationships=relationships)
    whole["module"] = dict(whole["module"], name="SPIN")
    return whole


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / ".build/release")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    if not (build / "Modules/SPIN.swiftmodule").exists():
        raise SystemExit(f"{build} holds no build of SPIN: swift build -c release --product spin")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "graph").mkdir()
        whole = exported(build, folder)
        (folder / "graph/SPIN.symbols.json").write_text(json.dumps(whole))
        result = subprocess.run(
            (["xcrun"] if sys.platform == "darwin" else [])
            + ["docc", "convert", CATALOG, "--additional-symbol-graph-dir", folder / "graph", "--output-dir", folder / "out"]
            + ["--fallback-display-name", "SPIN", "--fallback-bundle-identifier", "SPIN", "--warnings-as-errors"]
        )
        if result.returncode:
            raise SystemExit(result.returncode)
        shutil.rmtree(arguments.out, ignore_errors=True)
        shutil.copytree(folder / "out", arguments.out)
    print(f"{arguments.out}: {len(whole['symbols'])} symbols")


if __name__ == "__main__":
    main()
