"""Whether a mind got worse: its results beside those of an earlier run, room by room on the same scenarios and draws.

A mind is judged against all opponents that both runs have; what changed may be the opponent. Keep opponents of the
reference kinds in a gate, whose bargaining does not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from negotiation.arena.documents import Report
from negotiation.arena.minds import WITH_MODEL
from negotiation.arena.resampling import Estimate
from negotiation.arena.results import OWN_SHARE, Measure, RoomResult, is_false_deal, paired, paired_difference
from negotiation.core.vocabulary import Party

# So much of a share is let pass: less than anybody would notice.
TOLERANCE = 0.005


@dataclass(frozen=True, slots=True)
class Verdict:
    """`share` is how much more of the surplus the mind has now, `deals` how many more of the possible deals.

    Both are over the `rooms` that were played in both runs, as is `false_deals`, how many more of these there are.
    `missing` rooms of the baseline were to be played again and have no outcome now.
    """

    party: Party
    mind: str
    share: Estimate
    deals: Estimate
    rooms: int
    missing: int
    false_deals: int

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is worse; none if it is not."""
        is_less = self.share.high is not None and self.share.high < -TOLERANCE
        told = (
            ("its share fell", is_less),
            ("it made fewer deals", self._makes_fewer_deals),
            ("it made more false deals", self.false_deals > 0),
            (f"rooms of the baseline that are missing now: {self.missing}", self.missing > 0),
            ("the baseline has no room of it to compare", not self.rooms and not self.missing),
        )
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
    sides = ((Party.BUYER, now.buyers, baseline.buyers), (Party.SELLER, now.sellers, baseline.sellers))
    if not same or any(set(minds).isdisjoint(others) for _, minds, others in sides):
        raise ValueError("the baseline has no mind with an opponent and a scenario of this run")
    met = {party: set(minds) & set(others) for party, minds, others in sides}
    ours, theirs = (
        [room for room in report.rooms if room.scenario in same and all(room.mind(one) in met[one] for one in met)]
        for report in (now, baseline)
    )
    expected = [room for room in theirs if room.repeat < now.repeats]
    return [
        _verdict(party, mind, ours, expected) for party, minds, others in sides for mind in minds if mind in met[party]
    ]


def verdict_line(verdict: Verdict) -> str:
    share, what = verdict.share, "; ".join(verdict.reasons) or "no worse"
    if share.mean is None:
        return f"{verdict.party:<7}{verdict.mind:<40} {'':>8}  {what} (no room with a surplus)"
    interval = "" if share.low is None or share.high is None else f" ({share.low:+.4f} to {share.high:+.4f})"
    return f"{verdict.party:<7}{verdict.mind:<40} {share.mean:+.4f}{interval}  {what}, over {share.count} rooms"


def _verdict(party: Party, mind: str, ours: Sequence[RoomResult], theirs: Sequence[RoomResult]) -> Verdict:
    mine, before = ([room for room in rooms if room.mind(party) == mind] for rooms in (ours, theirs))
    both = paired(mine, before, party)
    return Verdict(
        party=party,
        mind=mind,
        share=paired_difference(mine, before, party, OWN_SHARE[party]),
        deals=paired_difference(mine, before, party, Measure.DEALS),
        rooms=len(both),
        missing=len(before) - len(both),
        false_deals=sum(is_false_deal(room.score) - is_false_deal(like.score) for room, like in both),
    )
