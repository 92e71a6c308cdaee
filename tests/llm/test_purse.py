from decimal import Decimal

import pytest

from llm.purse import Account, Budget, BudgetSpent, Purse, Spending


def a_call(tokens=100, cost="0.01", seconds=1.0):
    return Spending(1, tokens, Decimal(cost), seconds)


@pytest.mark.parametrize(
    "budget",
    [Budget(calls=2), Budget(tokens=250), Budget(cost=Decimal("0.025")), Budget(seconds=2.5)],
    ids=["calls", "tokens", "cost", "seconds"],
)
def test_third_call_is_refused_when_two_have_used_the_budget_up(budget):
    purse = Purse([Account("room", budget)])
    purse.reserve(a_call())
    purse.reserve(a_call())

    with pytest.raises(BudgetSpent, match="room"):
        purse.reserve(a_call())


def test_what_is_reserved_counts_until_it_is_known_what_the_call_cost():
    purse = Purse([Account("room", Budget(tokens=1000))])
    purse.reserve(a_call(tokens=900))

    with pytest.raises(BudgetSpent):
        purse.reserve(a_call(tokens=200))
    purse.settle(a_call(tokens=900), a_call(tokens=100))
    purse.reserve(a_call(tokens=900))


def test_a_refusal_charges_no_account():
    room, day = Account("room", Budget()), Account("day", Budget(calls=0))

    with pytest.raises(BudgetSpent, match="day"):
        Purse([room, day]).reserve(a_call())

    assert room.spent == day.spent == Spending()


def test_rooms_of_a_session_share_its_account():
    session = Account("session", Budget(calls=1))
    one, other = Purse([Account("room", Budget()), session]), Purse([Account("room", Budget()), session])
    one.reserve(a_call())

    with pytest.raises(BudgetSpent, match="session"):
        other.reserve(a_call())


def test_what_was_spent_before_a_restart_still_counts():
    purse = Purse([Account("session", Budget(calls=5), Spending(calls=5))])

    with pytest.raises(BudgetSpent):
        purse.reserve(a_call())


def test_what_others_spent_counts_and_nothing_of_ones_own_is_forgotten():
    account = Account("session", Budget(), Spending(3, 500, Decimal(1), 20.0))

    account.learn(Spending(5, 400, Decimal(2), 10.0))

    assert account.spent == Spending(5, 500, Decimal(2), 20.0)


def test_budget_without_limits_allows_everything():
    assert Budget().allows(Spending(10**9, 10**12, Decimal(10**9), 1e9))
