"""The way from what was asked to what was paid, as steps to draw: a saving an item, and what might have been paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from marketplace.summary import Purchase, SessionSummary

MOST_ITEMS = 8
COMPETITION = "Where sellers who undercut each other openly would have stopped: at what the second-best could accept."
BEST_POSSIBLE = "At the lowest price that any seller of the room could have accepted."
FURTHER_TERMS = (
    "What the delivery, payment and other terms agreed are worth less to the buyer than those it would have."
)
IN_EFFECT = "What the deals come to for the buyer, with the terms agreed; what might have been paid is told likewise."


class Kind(StrEnum):
    """How a step is drawn: a sum from nothing on, a part that falls away or comes on top, or a sum to compare with."""

    SUM = "sum"
    SAVED = "saved"
    ADDED = "added"
    COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class Step:
    """From `low` to `high` on the scale of money. `away`: how far a sum to compare with is from that in effect."""

    kind: Kind
    label: str
    low: Decimal
    high: Decimal
    amount: Decimal
    explanation: str
    scale: Decimal
    away: Decimal | None = None

    @property
    def x(self) -> str:
        return _percent(self.low, self.scale)

    @property
    def width(self) -> str:
        return _percent(self.high - self.low, self.scale)

    @property
    def begin(self) -> str:
        """Where the step before has led to."""
        return _percent(self.low if self.kind is Kind.ADDED else self.high, self.scale)

    @property
    def end(self) -> str:
        """Where the next step goes on."""
        return _percent(self.low if self.kind is Kind.SAVED else self.high, self.scale)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """`steps` lead from the asking prices to what was spent, and on to what that comes to where further terms count;
    `compared` are other sums for the same goods."""

    steps: tuple[Step, ...]
    compared: tuple[Step, ...]


def waterfall(summary: SessionSummary) -> Waterfall | None:
    """None if nothing was bought. The largest savings have a step each, the others one together."""
    if not summary.purchases:
        return None
    spent, asked, in_effect = summary.total_spent, summary.total_asked, summary.total_in_effect
    others = [(label, total, words) for label, total, words in _others(summary) if total is not None]
    scale = max(spent, asked, in_effect, *(total for _, total, _ in others)) or Decimal(1)
    asked_step = Step(Kind.SUM, "Asked", Decimal(0), asked, asked, "What the sellers that won asked at first.", scale)
    spent_step = Step(Kind.SUM, "Spent", Decimal(0), spent, spent, "What was agreed in the end.", scale)
    return Waterfall(
        steps=(
            asked_step,
            *_savings(summary.purchases, asked, scale),
            spent_step,
            *_further_terms(spent, in_effect, scale),
        ),
        compared=tuple(
            Step(Kind.COMPARED, label, Decimal(0), total, total, words, scale, away=total - in_effect)
            for label, total, words in others
        ),
    )


def _savings(purchases: Sequence[Purchase], asked: Decimal, scale: Decimal) -> list[Step]:
    steps, level = [], asked
    for label, saved, words in _parts(purchases):
        kind, after = Kind.SAVED if saved >= 0 else Kind.ADDED, level - saved
        steps.append(Step(kind, label, min(level, after), max(level, after), -saved, words, scale))
        level = after
    return steps


def _further_terms(spent: Decimal, in_effect: Decimal, scale: Decimal) -> list[Step]:
    """Nothing where they take nothing from the buyer."""
    if spent == in_effect:
        return []
    taken = Step(Kind.ADDED, "Further terms", spent, in_effect, in_effect - spent, FURTHER_TERMS, scale)
    return [taken, Step(Kind.SUM, "In effect", Decimal(0), in_effect, in_effect, IN_EFFECT, scale)]


def _parts(purchases: Sequence[Purchase]) -> list[tuple[str, Decimal, str]]:
    largest = sorted(purchases, key=lambda purchase: -abs(purchase.savings_against_ask))
    shown = largest if len(largest) <= MOST_ITEMS else largest[: MOST_ITEMS - 1]
    rest = largest[len(shown) :]
    parts = [(purchase.item_name, purchase.savings_against_ask, _saved_on(purchase)) for purchase in shown]
    if rest:
        saved = sum((purchase.savings_against_ask for purchase in rest), Decimal(0))
        parts.append((f"{len(rest)} other purchases", saved, "What was saved on all others together."))
    return parts


def _saved_on(purchase: Purchase) -> str:
    units = f"{purchase.quantity:,} {'unit' if purchase.quantity == 1 else 'units'}"
    return f"{units} from {purchase.seller_name}: asked {purchase.asking_price:,.2f}, paid {purchase.unit_price:,.2f}."


def _others(summary: SessionSummary) -> list[tuple[str, Decimal | None, str]]:
    return [
        ("At the buyer's limits", summary.total_at_limits, "The most that the buyer would have paid for the same."),
        ("With open competition", summary.competitive_total, COMPETITION),
        ("At the best possible prices", summary.best_possible_total, BEST_POSSIBLE),
    ]


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole * 100:.3f}%"
