"""What follows from how many had an outcome in each of two arms.

Formulas: Cochrane Handbook for Systematic Reviews of Interventions, chapter 6.4 (risk ratio, odds
ratio, risk difference) and 15.4 (number needed to treat); the intervals by the usual large-sample
standard errors: log odds ratio (Woolf 1955), log risk ratio (Katz 1978), risk difference (Wald).
"""

from dataclasses import dataclass
from math import exp, log, sqrt
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
    def risk_difference_interval(self) -> Interval | None:
        """None where an arm has the event in all or in none, for then the error is not known."""
        if 0 in self._cells:
            return None
        error = Z * sqrt(
            self.experimental_risk * (1 - self.experimental_risk) / self.experimental_total
            + self.comparator_risk * (1 - self.comparator_risk) / self.comparator_total
        )
        return Interval(self.risk_difference - error, self.risk_difference + error)

    @property
    def relative_risk(self) -> float | None:
        """The risk ratio; None where nobody in the comparator had the event."""
        return self.experimental_risk / self.comparator_risk if self.comparator_events else None

    @property
    def relative_risk_interval(self) -> Interval | None:
        """None where an arm has the event in all or in none."""
        if self.relative_risk is None or 0 in self._cells:
            return None
        a, b, c, d = self._cells
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
