# SPDX-License-Identifier: Apache-2.0
"""Chance that is the same on every machine and in every version of Python."""

import hashlib

MASK = (1 << 64) - 1


class Draws:
    """Splitmix64 (Steele et al. 2014), seeded by the SHA-256 of a key.

    Every sample has a key of its own, so that a change of one kind of text moves no other.
    """

    def __init__(self, *key):
        digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
        self.state = int.from_bytes(digest[:8], "little")

    def next(self):
        """64 random bits."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        bits = self.state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        return bits ^ (bits >> 31)

    def below(self, count):
        """An integer in 0 ..< count."""
        return (self.next() * count) >> 64

    def between(self, low, high):
        """An integer from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, share):
        """Whether something happens that happens with this probability."""
        return self.next() < int(share * (1 << 64))

    def pick(self, values):
        """One of the values."""
        return values[self.below(len(values))]

    def sample(self, values, count):
        """`count` different values, in random order."""
        rest = list(values)
        for place in range(count):
            other = place + self.below(len(rest) - place)
            rest[place], rest[other] = rest[other], rest[place]
        return rest[:count]

    def shuffled(self, values):
        """All values in random order."""
        return self.sample(values, len(values))
