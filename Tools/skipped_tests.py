# SPDX-License-Identifier: Apache-2.0
"""Says which tests were skipped, and why; a reason that is not one of the known ones is a failure.

    python3 Tools/skipped_tests.py RESULTS.xml      as `swift test --xunit-output` writes it

A clone without network skips the few tests that compare with published files (`SharedMaterial`), and nothing else:
what a system or a processor lacks comes on top on other systems than Linux.
"""

import collections
import sys
import xml.etree.ElementTree

KNOWN = ("needs published files, which come from the network", "this system has no ", "this processor has ")


def main():
    tests = list(xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"))
    if not tests:
        raise SystemExit(f"{sys.argv[1]} has no tests")
    skipped = collections.defaultdict(list)
    for test in tests:
        mark = test.find("skipped")
        if mark is not None:
            reason = (mark.get("message") or mark.text or "").strip() or "no reason is given"
            skipped[reason].append(f"{test.get('classname')}.{test.get('name')}")
    network = len(skipped.get(KNOWN[0], []))
    others = sum(map(len, skipped.values())) - network
    print(f"{len(tests)} tests, {network + others} skipped: {network} for want of published files, {others} for other reasons")
    for reason, names in sorted(skipped.items()):
        print(f"  {reason}:")
        for name in sorted(names):
            print(f"    {name}")
    unknown = [reason for reason in skipped if not reason.startswith(KNOWN)]
    if unknown:
        raise SystemExit(f"unknown reasons: {unknown}")


if __name__ == "__main__":
    main()
