"""Whether a mind got worse: its results beside those of an earlier run, room by room on the same scenarios and draws.

A mind is judged against all opponents that both runs have; what changed may be the opponent. Keep opponents of the
reference kinds in a gate, whose bargaining does not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from negotiation.arena.documents import Report
from negotiation.arena.minds import WITH_MODEL
from negotiation.arena.resampling import Estimate
from negotiation.arena.results import OWN_SHARE, Measure, RoomResult, paired_difference
from negotiation.core.vocabulary import Party

# So much of a share is let pass: less than anybody would notice.
TOLERANCE = 0.005


@dataclass(frozen=True, slots=True)
class Verdict:
    """`share` is how much more of the surplus the mind has now, `deals` how many more of the possible deals."""

    party: Party
    mind: str
    share: Estimate
    deals: Estimate

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is worse; none if it is not."""
        is_less = self.share.high is not None and self.share.high < -TOLERANCE
        told = (("its share fell", is_less), ("it made fewer deals", self._makes_fewer_deals))
        return tuple(reason for reason, holds in told if holds)

    @property
    def _makes_fewer_deals(self) -> bool:
        """A mind with a model plays otherwise each time, so of it more than chance is asked."""
        if self.mind.partition("(")[0] in WITH_MODEL:
            return self.deals.high is not None and self.deals.high < 0
        return self.deals.mean is not None and self.deals.mean < 0


def judge(now: Report, baseline: Report) -> list[Verdict]:
    """A verdict for each mind of both runs, buyers first. Raises ValueError if the runs cannot be compared."""
    if now.seed != baseline.seed:
        raise ValueError(f"the baseline was played with the seed {baseline.seed}, not {now.seed}")
    known = {scenario.name: scenario.fingerprint for scenario in baseline.scenarios}
    same = {scenario.name for scenario in now.scenarios if known.get(scenario.name) == scenario.fingerprint}
    ours, theirs = _rooms(now, same), _rooms(baseline, same)
    found = [
        verdict
        for party, minds, others in (
            (Party.BUYER, now.buyers, baseline.buyers),
            (Party.SELLER, now.sellers, baseline.sellers),
        )
        for mind in minds
        if mind in others and (verdict := _verdict(party, mind, ours, theirs)) is not None
    ]
    if not found:
        raise ValueError("the baseline has no mind with an opponent and a scenario of this run")
    return found


def verdict_line(verdict: Verdict) -> str:
    share, what = verdict.share, "; ".join(verdict.reasons) or "no worse"
    if share.mean is None:
        return f"{verdict.party:<7}{verdict.mind:<40} {'':>8}  {what} (no room with a surplus)"
    interval = "" if share.low is None or share.high is None else f" ({share.low:+.4f} to {share.high:+.4f})"
    return f"{verdict.party:<7}{verdict.mind:<40} {share.mean:+.4f}{interval}  {what}, over {share.count} rooms"


def _rooms(report: Report, scenarios: set[str]) -> list[RoomResult]:
    return [room for room in report.rooms if room.scenario in scenarios]


def _verdict(party: Party, mind: str, ours: Sequence[RoomResult], theirs: Sequence[RoomResult]) -> Verdict | None:
    """None where the two never met the same opponent in the same room."""
    pair = [room for room in ours if room.mind(party) == mind], [room for room in theirs if room.mind(party) == mind]
    deals = paired_difference(*pair, party, Measure.DEALS)
    share = paired_difference(*pair, party, OWN_SHARE[party])
    return None if deals.count == 0 and share.count == 0 else Verdict(party, mind, share, deals)
