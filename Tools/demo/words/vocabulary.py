# SPDX-License-Identifier: Apache-2.0
"""Lists in two parts: words of training and words that only evaluation sees."""

# Every fifth entry is held out.
EVERY = 5


class Vocabulary:
    """A list of words, of which every fifth is kept for evaluation."""

    def __init__(self, words):
        self.words = words if isinstance(words, (list, tuple)) else split(words)
        self.training = [w for i, w in enumerate(self.words) if i % EVERY != EVERY - 1]
        self.held_out = [w for i, w in enumerate(self.words) if i % EVERY == EVERY - 1]
        if len(set(map(str, self.words))) != len(self.words):
            doubled = {str(w) for w in self.words if list(map(str, self.words)).count(str(w)) > 1}
            raise ValueError(f"words that stand twice: {sorted(doubled)}")

    def part(self, is_held_out):
        """The words of one side."""
        return self.held_out if is_held_out else self.training


def split(text):
    """Entries that are parted by commas or lines."""
    return [entry.strip() for entry in text.replace("\n", ",").split(",") if entry.strip()]
