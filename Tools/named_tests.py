# SPDX-License-Identifier: Apache-2.0
"""Checks that every test that docs/reliability.md names exists.

    python3 Tools/named_tests.py

The last cell of a row names tests: `FolderTests/FileTests`, `FileTests`, `FolderTests/FileTests.function`, and the
`function`s of the file before them. Prints what is not there; exits with 1 where anything is not.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent


def main():
    files = {path.relative_to(ROOT / "Tests").with_suffix("").as_posix(): path.read_text()
             for path in (ROOT / "Tests").rglob("*.swift")}
    functions = {name for text in files.values() for name in re.findall(r"func (\w+)", text)}
    functions |= {name for text in files.values() for name in re.findall(r"(?:struct|class) (\w+)", text)}
    stems = {name.split("/")[-1] for name in files}
    document = ROOT / "docs" / "reliability.md"
    missing = []
    for number, line in enumerate(document.read_text().splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or "Tests" not in cells[-1]:
            continue
        for token in re.findall(r"`([^`]+)`", cells[-1]):
            file, _, function = token.partition(".")
            if not re.fullmatch(r"[\w/]+(\.\w+)?", token):
                continue
            known = file in files or file in stems if "Tests" in file else token in functions
            if not known or function and function not in functions:
                missing.append(f"{document.relative_to(ROOT)}:{number}: no test {token}")
    print("\n".join(missing), end="\n" if missing else "")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
