"""What models may cost: accounts with a budget each, asked before a call and put right after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from llm.errors import ProviderError


@dataclass(frozen=True, slots=True)
class Spending:
    """`cost` is in US dollars, `seconds` is time models took, without queues."""

    calls: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)
    seconds: float = 0.0

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(
            self.calls + other.calls, self.tokens + other.tokens, self.cost + other.cost, self.seconds + other.seconds
        )

    def at_least(self, other: "Spending") -> "Spending":
        """The larger of each."""
        return Spending(
            max(self.calls, other.calls),
            max(self.tokens, other.tokens),
            max(self.cost, other.cost),
            max(self.seconds, other.seconds),
        )

    def __sub__(self, other: "Spending") -> "Spending":
        return Spending(
            self.calls - other.calls, self.tokens - other.tokens, self.cost - other.cost, self.seconds - other.seconds
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that may be spent; None is without limit."""

    calls: int | None = None
    tokens: int | None = None
    cost: Decimal | None = None
    seconds: float | None = None

    def allows(self, spent: Spending) -> bool:
        return (
            (self.calls is None or spent.calls <= self.calls)
            and (self.tokens is None or spent.tokens <= self.tokens)
            and (self.cost is None or spent.cost <= self.cost)
            and (self.seconds is None or spent.seconds <= self.seconds)
        )


class BudgetSpent(ProviderError):
    """The next call might cost more than is left; nobody was asked."""

    code = "BUDGET_SPENT"

    def __init__(self, message: str, *, is_retryable: bool = False, retry_after_seconds: float | None = None) -> None:
        super().__init__(message, is_retryable=is_retryable, retry_after_seconds=retry_after_seconds)
        self.attempts = 0


class Account:
    """What one room, session or day has spent. Lives on one event loop; rooms of a session share theirs."""

    def __init__(self, name: str, budget: Budget, spent: Spending = Spending()) -> None:  # frozen
        self.name, self.budget, self.spent = name, budget, spent

    def learn(self, spent: Spending) -> None:
        """So much, at least, was spent, by whomever."""
        self.spent = self.spent.at_least(spent)


class Purse:
    """The accounts that a call is charged to."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._accounts = accounts

    def reserve(self, most: Spending) -> None:
        """Charge the most that the call can cost to every account. Raises BudgetSpent and charges none."""
        for account in self._accounts:
            if not account.budget.allows(account.spent + most):
                raise BudgetSpent(f"the budget of the {account.name} is spent")
        self._charge(most)

    def settle(self, reserved: Spending, spent: Spending) -> None:
        """Put what the call did cost in the place of what was reserved for it."""
        self._charge(spent - reserved)

    def _charge(self, spending: Spending) -> None:
        for account in self._accounts:
            account.spent = account.spent + spending
