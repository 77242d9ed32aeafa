# SPDX-License-Identifier: GPL-2.0
"""Ratios of paired measurements, and how far they can be trusted."""

import math

# Student's t for two-sided 95 % and 99 %, by degrees of freedom
T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
       2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086)
T99 = (63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169,
       3.106, 3.055, 3.012, 2.977, 2.947, 2.921, 2.898, 2.878, 2.861, 2.845)


def _t(table, freedom):
    # Between the table's end and the normal distribution little is left
    return table[min(freedom, len(table)) - 1]


def mean(values):
    """The arithmetic mean."""
    return sum(values) / len(values)


class Ratio:
    """A ratio with its confidence interval, from logarithms of paired ones."""

    def __init__(self, logs, table=T95):
        self.count = len(logs)
        middle = mean(logs)
        self.value = math.exp(middle)
        if self.count < 2:
            self.low, self.high = 0.0, math.inf
            return
        spread = math.sqrt(sum((x - middle) ** 2 for x in logs)
                           / (self.count - 1) / self.count)
        reach = _t(table, self.count - 1) * spread
        self.low, self.high = math.exp(middle - reach), math.exp(middle + reach)

    def __str__(self):
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"

    def contains(self, value):
        """Whether the interval does."""
        return self.low <= value <= self.high


def paired(first, second, table=T95):
    """The ratio of two series, {pair: [values]}, over the pairs of both."""
    logs = [mean([math.log(x) for x in first[pair]]) -
            mean([math.log(x) for x in second[pair]])
            for pair in sorted(first) if pair in second]
    return Ratio(logs, table) if logs else None
