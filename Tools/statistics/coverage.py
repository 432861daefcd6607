# SPDX-License-Identifier: Apache-2.0
"""How often 95% intervals cover the mean that they are for: the figures that PairedBootstrap and
PairedProportionInterval quote.

    spin evaluate perplexity MODEL --patch P --text FILE --window 512 --out DIR
    python Tools/statistics/coverage.py DIR/perplexity.json

Items are drawn from a population whose mean is known: the window losses of that result, a log-normal
distribution, and changes of successes. `percentile` takes percentiles of resampled means, `bca` corrects
them for bias and acceleration, `studentized` is what the library does, `t` is Student's interval.
"""

import argparse
import json

import numpy as np
from scipy import stats

RESAMPLES = 1000


def intervals(items, rng):
    n, mean, spread = len(items), items.mean(), items.std(ddof=1)
    parts = items[rng.integers(0, n, (RESAMPLES, n))]
    means, spreads = parts.mean(1), parts.std(1, ddof=1)
    result = {"percentile": np.quantile(means, [0.025, 0.975])}
    if spread == 0:
        return result | {name: np.array([mean, mean]) for name in ("bca", "studentized", "t")}
    share = ((means < mean).sum() + 0.5 * (means == mean).sum()) / RESAMPLES
    bias = stats.norm.ppf(np.clip(share, 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    left_out = (items.sum() - items) / (n - 1)
    pulls = left_out.mean() - left_out
    acceleration = (pulls**3).sum() / (6 * (pulls**2).sum() ** 1.5)
    ends = [bias + z for z in stats.norm.ppf([0.025, 0.975])]
    result["bca"] = np.quantile(
        means, [stats.norm.cdf(bias + e / (1 - acceleration * e)) for e in ends])
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (means - mean) / spreads
    t[(spreads == 0) & (means == mean)] = 0
    low, high = np.quantile(t, [0.025, 0.975], method="nearest")
    result["studentized"] = np.array([mean - high * spread, mean - low * spread])
    reach = stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n)
    result["t"] = np.array([mean - reach, mean + reach])
    return result


def coverage(draw, mean, rng, trials):
    counts = {}
    for _ in range(trials):
        for name, (low, high) in intervals(draw(), rng).items():
            counts[name] = counts.get(name, 0) + bool(low <= mean <= high)
    return "  ".join(f"{name} {count / trials:.3f}" for name, count in counts.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("perplexity", nargs="?", help="a perplexity.json of two sides")
    parser.add_argument("--trials", type=int, default=1500)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    populations = {"log-normal": (lambda n: rng.lognormal(0, 1, n), np.exp(0.5))}
    if arguments.perplexity:
        with open(arguments.perplexity, encoding="utf-8") as file:
            result = json.load(file)
        losses = np.subtract(*(result[s]["window_losses"] for s in ("after", "before")))
        print(f"{len(losses)} windows: skew {stats.skew(losses):.2f}, "
              f"excess kurtosis {stats.kurtosis(losses):.2f}")
        populations["windows"] = (lambda n: rng.choice(losses, n), losses.mean())
    for name, (draw, mean) in populations.items():
        for n in (5, 10, 20, 40, 80, 160):
            print(f"{name}, n {n}:", coverage(lambda: draw(n), mean, rng, arguments.trials))
    for n in (20, 50, 100, 200, 657):
        for worse, better in ((0.02, 0.03), (0.005, 0.005), (0.05, 0.1)):
            odds = [worse, 1 - worse - better, better]
            print(f"successes lost {worse}, won {better}, n {n}:",
                  coverage(lambda: rng.choice([-1.0, 0.0, 1.0], n, p=odds), better - worse, rng,
                           arguments.trials))


main()
