import re

import pytest

from marketplace.errors import InvalidRequest
from negotiation.arena.minds import is_built_in, kinds, lab_is_installed, read_mind, read_minds, seat, split_minds
from negotiation.arena.opponents import OPPONENTS
from negotiation.arena.scenarios import request_of
from negotiation.core.preferences import Policy, Temperament, Toughness
from negotiation.core.vocabulary import Party
from tests import bodies

BUYER, SELLER = Party.BUYER, Party.SELLER


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("strategy", "strategy"),
        (" strategy ( ) ", "strategy"),
        ("strategy(policy=price_first,temperament=patient)", "strategy(temperament=patient, policy=price_first)"),
        ("llm( temperature = 0.3 , model=org/qwen2.5-7b:free )", "llm(model=org/qwen2.5-7b:free, temperature=0.3)"),
        ("boulware(exponent=4)", "boulware(exponent=4)"),
    ],
)
def test_minds_have_one_text_however_they_are_written(written, text):
    assert str(read_mind(written, BUYER)) == text
    assert str(read_mind(text, BUYER)) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("strategem", "there is no buyer's mind 'strategem'; there are strategy, narrated, llm, "),
        ("strategy(toughness=tough)", "strategy has no parameter 'toughness'; it has temperament, policy"),
        ("strategy(temperament=angry)", "temperament must be one of patient, balanced, brisk, not 'angry'"),
        ("llm(temperature=2.5)", "temperature must be from 0 to 2, not 2.5"),
        ("llm(temperature=nan)", "temperature must be from 0 to 2, not nan"),
        ("llm(temperature=warm)", "temperature must be a number, not 'warm'"),
        ("boulware(exponent=400)", "exponent must be from 1 to 10, not 400"),
        ("boulware(speed=4)", "boulware has no parameter 'speed'"),
        ("strategy(temperament)", "'temperament' is not written as parameter=value"),
        ("strategy(temperament=brisk, temperament=brisk)", "temperament is given twice"),
        ("strategy(temperament=brisk", "is not written as name or name(parameter=value, ...)"),
        ("", "is not written as name or name(parameter=value, ...)"),
        (f"llm(model={'m' * 100})", "is longer than 100 characters"),
        ("human", "there is no buyer's mind 'human'"),
    ],
)
def test_what_is_wrong_with_a_mind_is_told_with_what_is_allowed(text, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        read_mind(text, BUYER)


def test_all_wrong_minds_are_told_by_their_place():
    with pytest.raises(InvalidRequest) as refused:
        read_minds(["strategy", "nobody", "strategy()", "llm(temperature=9)"], SELLER, "sellers")

    places = [problem.field for problem in refused.value.problems]
    assert places == ["sellers[1]", "sellers[2]", "sellers[3]"]
    assert refused.value.problems[1].reason == "strategy is named twice"


@pytest.mark.parametrize("count", [0, 21])
def test_no_mind_and_too_many_are_refused(count):
    with pytest.raises(InvalidRequest) as refused:
        read_minds([f"boulware(exponent=1.{n:02})" for n in range(count)], BUYER, "buyers")

    assert [problem.field for problem in refused.value.problems] == ["buyers"]


@pytest.mark.parametrize("party", list(Party))
def test_every_kind_can_be_named_without_parameters(party):
    assert [str(read_mind(kind.name, party)) for kind in kinds(party)] == [kind.name for kind in kinds(party)]


@pytest.mark.parametrize("party", list(Party))
def test_no_opponent_has_the_name_of_a_built_in_mind(party):
    assert not any(is_built_in(name) for name in OPPONENTS[party])


@pytest.mark.skipif(lab_is_installed(), reason="the lab is installed")
def test_lab_mind_says_how_to_install_the_lab():
    with pytest.raises(ValueError, match="requirements-lab.txt"):
        read_mind("lab:BoulwareTBNegotiator", BUYER)


def test_named_parameters_stand_and_the_rest_is_as_the_scenario_has_it():
    sellers = [bodies.seller("Acme", temperament="patient"), bodies.seller("Bolt", temperament="brisk")]
    scenario = request_of(bodies.session(sellers=sellers, buyer=bodies.buyer(temperament="brisk")))

    seated = seat(
        scenario, read_mind("strategy(policy=price_first)", BUYER), read_mind("strategy(toughness=tough)", SELLER), 5
    )

    assert (seated.seed, seated.buyer_temperament, seated.buyer_policy) == (5, Temperament.BRISK, Policy.PRICE_FIRST)
    assert [seller.temperament for seller in seated.sellers] == [Temperament.PATIENT, Temperament.BRISK]
    assert {seller.toughness for seller in seated.sellers} == {Toughness.TOUGH}


def test_model_of_a_mind_is_its_seats_own():
    scenario = request_of(bodies.session())

    seated = seat(scenario, read_mind("llm(model=small, temperature=0.3)", BUYER), read_mind("narrated", SELLER), 1)

    assert (seated.buyer_mind, seated.buyer_tuning.model, seated.buyer_tuning.temperature) == ("llm", "small", 0.3)
    assert {(seller.mind, seller.tuning.model) for seller in seated.sellers} == {("narrated", "")}


def test_minds_in_a_line_are_parted_by_semicolons():
    assert split_minds("strategy; boulware(exponent=3) ;; ") == ["strategy", "boulware(exponent=3)"]
