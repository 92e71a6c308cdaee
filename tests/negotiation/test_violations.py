import pytest

from negotiation.replies.flaws import Flaw
from negotiation.violations import KINDS, Violation, count_violations


def test_every_flaw_is_a_violation_of_some_kind():
    assert set(KINDS) == set(Flaw)
    assert set(KINDS.values()) == set(Violation)


@pytest.mark.parametrize(
    ("flaw", "kind"),
    [
        (Flaw.CLAMPED, Violation.CLAMPED),
        (Flaw.OUT_OF_LATITUDE, Violation.REFUSED_PRICE),
        (Flaw.MAY_NOT_ACCEPT, Violation.REFUSED_ACCEPTANCE),
        (Flaw.MAY_NOT_WALK, Violation.REFUSED_WALK),
        (Flaw.NO_OBJECT, Violation.UNREADABLE),
        (Flaw.FOREIGN_NUMBER, Violation.STRAY_WORDS),
        (Flaw.SECRET_SAID, Violation.SECRET_SAID),
    ],
)
def test_flaw_is_counted_as_what_the_model_did(flaw, kind):
    assert count_violations([(flaw, 3)]) == {kind: 3}


def test_note_of_several_flaws_counts_for_each():
    counted = count_violations([("clamped, too_short", 2), ("too_long", 1)])

    assert counted == {Violation.CLAMPED: 2, Violation.STRAY_WORDS: 3}


@pytest.mark.parametrize("why", ["", "LLM_TIMEOUT", "cancelled", "the room's calls are spent"])
def test_what_is_no_fault_of_the_model_is_not_counted(why):
    assert count_violations([(why, 5)]) == {}
