# SPDX-License-Identifier: Apache-2.0
"""Compiles the Swift of the documentation, and the examples, against the built package.

    swift build -c release
    python3 Tools/compiled_documentation.py [--build .build/release]

Type-checks what a reader copies: the blocks marked `swift` of README.md, docs/guide.md and the DocC catalog, the
steps of its tutorial, and the packages in Examples. Nothing is linked, so that this takes seconds. Errors name the line
in the document.

The blocks of a document are one asynchronous function that can throw, in their order: a later block can use what an earlier
one declares, and can declare the same name again. Imports, extensions and whole programs (`@main`) go where Swift
wants them. A block that is no Swift of a program, such as a manifest, has a line before it that says why:

    <!-- not compiled: a manifest -->
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CATALOG = "Sources/SPIN/SPIN.docc"
DOCUMENTS = ["README.md", "docs/guide.md"]
FENCE = re.compile(r"^( *)```swift *$")
NOT_COMPILED = re.compile(r"^ *<!-- not compiled: .+ -->$")
# Declarations that Swift allows in a file only.
FILE_LEVEL = re.compile(r"^(@main|extension |protocol )", re.MULTILINE)


def blocks(path):
    """The Swift blocks of a document: the number of the first line, and the lines without their indentation."""
    lines = path.read_text(encoding="utf-8").splitlines()
    place = 0
    while place < len(lines):
        fence = FENCE.match(lines[place])
        if lines[place].lstrip().startswith("```swift") and not fence:
            raise SystemExit(f"{path}:{place + 1}: a block of Swift begins with ```swift and nothing else")
        place += 1
        if not fence:
            continue
        first, indentation = place, len(fence[1])
        while place < len(lines) and lines[place].strip() != "```":
            place += 1
        if place == len(lines):
            raise SystemExit(f"{path}:{first}: the block has no end")
        # A blank line may stand between the reason and the block.
        before = [line for line in lines[: first - 1] if line.strip()][-1:]
        if not (before and NOT_COMPILED.match(before[0])):
            yield first + 1, [line[indentation:] for line in lines[first:place]]
        place += 1


def program(path, parts):
    """A file of Swift that is the blocks of a document, each line known by its place in it."""
    imports, file_level, scopes = ["import SPIN"], [], []
    for number, lines in parts:
        located = [f'#sourceLocation(file: "{path}", line: {number})']
        if FILE_LEVEL.search("\n".join(lines)):
            file_level += located + lines
            continue
        for line in lines:
            is_import = line.startswith("import ")
            if is_import:
                imports.append(line)
            located.append("" if is_import else line)
        scopes.append(located)
    function = ["func document() async throws {"]
    for scope in scopes:
        # Each in the one before, so that names can be declared again.
        function += ["do {"] + scope
    function += ["}"] * (len(scopes) + 1)
    return "\n".join(sorted(set(imports)) + file_level + function) + "\n"


def sources(folder):
    """What is compiled: a name for people, the files, and whether warnings count."""
    documents = [ROOT / name for name in DOCUMENTS] + sorted((ROOT / CATALOG).rglob("*.md"))
    for path in documents:
        parts = list(blocks(path))
        name = path.relative_to(ROOT)
        if not parts:
            continue
        file = folder / (str(name).replace("/", "-") + ".swift")
        file.write_text(program(path, parts), encoding="utf-8")
        # A block that is there to show a call need not use its result.
        yield f"{name}: {len(parts)} block{'s' * (len(parts) > 1)}", [file], ["-parse-as-library", "-suppress-warnings"]
    steps = sorted((ROOT / CATALOG).rglob("*.swift"))
    if not steps:
        raise SystemExit(f"{CATALOG} has no tutorial's steps")
    for path in steps:
        yield str(path.relative_to(ROOT)), [path], ["-suppress-warnings"]
    examples = sorted(path.parent for path in (ROOT / "Examples").glob("*/Package.swift"))
    if not examples:
        raise SystemExit("Examples has no package")
    for path in examples:
        yield str(path.relative_to(ROOT)), sorted((path / "Sources").rglob("*.swift")), ["-warnings-as-errors"]


def check(build, task):
    name, files, options = task
    maps = sorted(build.glob("C*.build/module.modulemap"))
    command = ["swiftc", "-typecheck", "-swift-version", "6", "-I", str(build / "Modules"), *options]
    for path in maps:
        if (ROOT / "Sources" / path.parent.stem).is_dir():
            command += ["-Xcc", f"-fmodule-map-file={path}"]
    result = subprocess.run(command + [str(file) for file in files], capture_output=True, text=True)
    return name, result.returncode, (result.stdout + result.stderr).replace(f"{ROOT}/", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / ".build/release")
    build = parser.parse_args().build.resolve()
    if not (build / "Modules/SPIN.swiftmodule").exists():
        raise SystemExit(f"{build} holds no build of SPIN: swift build -c release")
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda task: check(build, task), sources(pathlib.Path(folder))))
    for name, status, output in results:
        print(f"{'ok' if status == 0 else 'FAILED'}  {name}")
        sys.stdout.write(output)
    failures = sum(status != 0 for _, status, _ in results)
    if failures:
        raise SystemExit(f"{failures} of {len(results)} do not compile")


if __name__ == "__main__":
    main()
