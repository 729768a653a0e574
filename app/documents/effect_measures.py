"""What follows from how many had an outcome in each of two arms.

Formulas: Cochrane Handbook for Systematic Reviews of Interventions, chapter 6.4 (risk ratio, odds
ratio, risk difference) and 15.4 (number needed to treat); the intervals of the ratios by the usual
large-sample standard errors: log odds ratio (Woolf 1955), log risk ratio (Katz 1978). That of the
risk difference is the hybrid score interval, which never leaves -1 to 1: Newcombe RG. Interval
estimation for the difference between independent proportions: comparison of eleven methods.
Stat Med 1998;17:873-890, method 10; of Wilson's score intervals (J Am Stat Assoc 1927;22:209-212).
"""

from dataclasses import dataclass
from math import exp, hypot, log, sqrt
from statistics import NormalDist

CI_PERCENT = 95
Z = NormalDist().inv_cdf(0.5 + CI_PERCENT / 200)


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval."""

    lower: float
    upper: float


@dataclass(frozen=True)
class TwoArms:
    """`events` among `total` participants, in the experimental arm and in the comparator.

    Ratios are experimental over comparator; differences are experimental less comparator. A
    measure that the counts leave undefined (a division by zero) is None.
    """

    experimental_events: int
    experimental_total: int
    comparator_events: int
    comparator_total: int

    @property
    def _cells(self) -> tuple[int, int, int, int]:
        """With and without the event: experimental, then comparator."""
        return (
            self.experimental_events,
            self.experimental_total - self.experimental_events,
            self.comparator_events,
            self.comparator_total - self.comparator_events,
        )

    @property
    def experimental_risk(self) -> float:
        """The share of the experimental arm with the event, from 0 to 1."""
        return self.experimental_events / self.experimental_total

    @property
    def comparator_risk(self) -> float:
        """The share of the comparator arm with the event, from 0 to 1."""
        return self.comparator_events / self.comparator_total

    @property
    def risk_difference(self) -> float:
        """From -1 to 1."""
        return self.experimental_risk - self.comparator_risk

    @property
    def risk_difference_interval(self) -> Interval:
        """Newcombe's hybrid score interval, within -1 to 1, and there for empty cells too."""
        ours = _score_interval(self.experimental_events, self.experimental_total)
        theirs = _score_interval(self.comparator_events, self.comparator_total)
        below = hypot(self.experimental_risk - ours.lower, theirs.upper - self.comparator_risk)
        above = hypot(ours.upper - self.experimental_risk, self.comparator_risk - theirs.lower)
        difference = self.risk_difference
        return Interval(max(difference - below, -1.0), min(difference + above, 1.0))

    @property
    def relative_risk(self) -> float | None:
        """The risk ratio; None where nobody in the comparator had the event."""
        return self.experimental_risk / self.comparator_risk if self.comparator_events else None

    @property
    def relative_risk_interval(self) -> Interval | None:
        """None where an arm has the event in none, or both in all: that is no certainty of 1."""
        a, b, c, d = self._cells
        if not self.relative_risk or not (b or d):
            return None
        return _around(self.relative_risk, sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)))

    @property
    def odds_ratio(self) -> float | None:
        """None where a division by zero leaves it undefined."""
        a, b, c, d = self._cells
        return a * d / (b * c) if b and c else None

    @property
    def odds_ratio_interval(self) -> Interval | None:
        """None where an arm has the event in all or in none."""
        if self.odds_ratio is None or 0 in self._cells:
            return None
        return _around(self.odds_ratio, sqrt(sum(1 / cell for cell in self._cells)))

    @property
    def number_needed_to_treat(self) -> float | None:
        """One over the size of the risk difference; None where that is nought.

        By custom it is rounded up when it is quoted. It says how many must be treated for one
        more, or one fewer, to have the event: the sign of `risk_difference` says which.
        """
        # The cross product is exact where the difference of two fractions is not.
        a, b, c, d = self._cells
        return abs(1 / self.risk_difference) if a * (c + d) != c * (a + b) else None


def _around(ratio: float, standard_error_of_log: float) -> Interval:
    error = Z * standard_error_of_log
    return Interval(exp(log(ratio) - error), exp(log(ratio) + error))


def _score_interval(events: int, total: int) -> Interval:
    """Wilson's score interval of one share, from 0 to 1."""
    share, z2 = events / total, Z * Z
    middle = (events + z2 / 2) / (total + z2)
    error = Z * sqrt(total * share * (1 - share) + z2 / 4) / (total + z2)
    # Of none and of all, a limit is the share itself, but for the last digit of a double.
    return Interval(middle - error if events else 0.0, middle + error if events < total else 1.0)
