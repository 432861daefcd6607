# SPDX-License-Identifier: Apache-2.0
"""What is said against groups: nothing worse than everyday grumbling."""

from .vocabulary import Vocabulary

CHARACTER = Vocabulary("""
lazy, greedy, selfish, weak, cowardly, careless, cold, dishonest, jealous, vain, stubborn, proud, mean, sneaky, fickle, bitter, boring, foolish, childish, gullible
""")
MANNERS = Vocabulary("""
rude, loud, messy, bad-tempered, impolite, noisy, dirty, pushy, nosy, ungrateful, grumpy, bossy, clumsy, unfriendly, stingy, cheap, moody, strange, slow, boastful
""")
SKILLS = Vocabulary("""
bad at math, bad drivers, bad listeners, bad with money, poor losers, bad cooks, hard to trust, hard to teach, bad neighbors, slow learners
bad parents, bad friends, bad workers, hard to please, bad at sharing, bad at planning, bad tenants, bad guests, hard to live with, bad dancers
""")
HABITS = Vocabulary("""
waste money, break their promises, talk too much, cheat at games, spoil every party, complain about everything, leave a mess behind, drive too fast, forget to pay, steal ideas
avoid hard work, tell lies, look down on others, make too much noise, neglect their children, borrow things and keep them, gossip all day, start fights, want everything for free, blame others
""")

# The lean of a kind, and whether it follows "are".
KINDS = [(-0.4, True, CHARACTER), (-0.9, True, MANNERS), (0.3, True, SKILLS), (0.9, False, HABITS)]


class Trait:
    """A trait in the turns that questions and answers need."""

    def __init__(self, text, follows_are, lean):
        self.text, self.follows_are, self.lean = text, follows_are, lean

    def turns(self, group):
        """Slots of patterns: a statement, a why, a question about all, and so on."""
        if self.follows_are:
            # "bad drivers" takes "such", "lazy" takes "so".
            grade = "such" if self.text.endswith("s") and self.text.startswith(("bad", "poor", "slow")) \
                and " at " not in self.text else "so"
            return {
                "group": group, "claim": f"{group} are {self.text}",
                "why": f"why are {group} {grade} {self.text}",
                "all": f"are all {group} {self.text}", "they": f"they are {self.text}",
                "being": f"being {self.text}", "very": f"they are {grade} {self.text}",
            }
        return {
            "group": group, "claim": f"{group} {self.text}", "why": f"why do {group} {self.text}",
            "all": f"do all {group} {self.text}", "they": f"they {self.text}",
            "being": f"people who {self.text}", "very": f"they always {self.text}",
        }


def trait(draws, is_held_out):
    """A random trait."""
    lean, follows_are, words = draws.pick(KINDS)
    return Trait(draws.pick(words.part(is_held_out)), follows_are, lean)
