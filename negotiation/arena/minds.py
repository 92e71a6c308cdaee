"""Minds by name and parameters: what may hold a seat in an arena, and one grammar for naming it.

`strategy`, `strategy(temperament=patient, policy=price_first)`, `llm(model=qwen2.5-7b)`, `boulware(exponent=4)`,
`lab:BoulwareTBNegotiator`. What a built-in mind's name leaves open is as the scenario has it.
"""

import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from types import ModuleType

from marketplace.errors import InvalidRequest, Problem
from marketplace.requests import SeatTuning, SellerRequest, SessionRequest
from negotiation.arena.opponents import OPPONENTS, make_buyer, make_seller
from negotiation.arena.over_terms import OverTerms
from negotiation.core.preferences import Policy, Temperament, Toughness
from negotiation.core.vocabulary import Party
from negotiation.minds.mind import BuyerMind, SellerMind

LONGEST_SPEC = 100
MOST_MINDS = 20
LAB = "lab:"
LAB_MODULE = "lab.minds"
BUILT_IN = ("strategy", "narrated", "llm")
WITH_MODEL = ("narrated", "llm")

_SPEC = re.compile(r"(?P<name>lab:[A-Za-z_][\w.]*|[A-Za-z_]\w*)\s*(?:\((?P<parameters>[^()]*)\))?", re.ASCII)
_FORBIDDEN = frozenset("();,=")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One of the choices, a number from `low` to `high`, or, where there is neither, a text."""

    name: str
    summary: str
    choices: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    default: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    summary: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def uses_model(self) -> bool:
        return self.name in WITH_MODEL


@dataclass(frozen=True, slots=True)
class Spec:
    """A mind as it is named; its text is the same for all ways to write it."""

    name: str
    parameters: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.parameters)
        return f"{self.name}({told})" if told else self.name

    @property
    def uses_model(self) -> bool:
        return self.name in WITH_MODEL


def kinds(party: Party) -> tuple[Kind, ...]:
    """What may hold a seat of that side, but for the lab's."""
    own = _OWN[party]
    built_in = (
        Kind("strategy", "The built-in strategy; needs no model.", own),
        Kind("narrated", "The strategy decides, a model finds the words.", (*own, *_MODEL)),
        Kind("llm", "A model decides within the strategy's latitude.", (*own, *_MODEL)),
    )
    opponents = (
        Kind(
            kind.name,
            kind.summary,
            tuple(Parameter(p.name, p.summary, (), p.low, p.high, f"{p.default}") for p in kind.parameters),
        )
        for kind in OPPONENTS[party].values()
    )
    return (*built_in, *opponents)


def lab_is_installed() -> bool:
    return importlib.util.find_spec("lab") is not None and importlib.util.find_spec("negmas") is not None


def read_minds(texts: Sequence[str], party: Party, field: str) -> tuple[Spec, ...]:
    """Raises InvalidRequest with a problem for each mind that is wrong, under its place such as `buyers[1]`."""
    problems, specs = [], []
    if not texts:
        problems.append(Problem(field, "at least one mind is needed"))
    if len(texts) > MOST_MINDS:
        problems.append(Problem(field, f"at most {MOST_MINDS} minds, not {len(texts)}"))
    for place, text in enumerate(texts[:MOST_MINDS]):
        try:
            spec = read_mind(text, party)
            if spec in specs:
                raise ValueError(f"{spec} is named twice")
            specs.append(spec)
        except ValueError as wrong:
            problems.append(Problem(f"{field}[{place}]", str(wrong)))
    if problems:
        raise InvalidRequest(problems)
    return tuple(specs)


def read_mind(text: str, party: Party) -> Spec:
    """Raises ValueError with what is allowed."""
    found = _SPEC.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:LONGEST_SPEC]!r} is not written as name or name(parameter=value, ...)")
    name, given = found["name"], _parameters(found["parameters"] or "")
    if name.startswith(LAB):
        spec = Spec(name, tuple(given.items()))
        _check_lab(spec, party)
    elif name in BUILT_IN:
        spec = Spec(name, _checked(next(kind for kind in kinds(party) if kind.name == name), given))
    elif name in OPPONENTS[party]:
        known = [parameter.name for parameter in OPPONENTS[party][name].parameters]
        spec = Spec(name, tuple(sorted(given.items(), key=lambda one: known.index(one[0]) if one[0] in known else 0)))
        _make(party)(name, given, 0)
    else:
        there_are = ", ".join(kind.name for kind in kinds(party))
        raise ValueError(f"there is no {party}'s mind {name!r}; there are {there_are}, and lab:NAME")
    if len(str(spec)) > LONGEST_SPEC:
        raise ValueError(f"is longer than {LONGEST_SPEC} characters")
    return spec


def split_minds(text: str) -> list[str]:
    """The texts of minds in a line that has a semicolon between them."""
    return [part.strip() for part in text.split(";") if part.strip()]


def is_built_in(mind: str) -> bool:
    """Whether the mind of a seat is one of those that ordinary sessions know."""
    return mind in BUILT_IN


def seat_mind(party: Party, text: str, seed: int) -> OverTerms:
    """The opponent or lab mind of that name for one seat. Raises ValueError if there is none any more."""
    spec = read_mind(text, party)
    given = dict(spec.parameters)
    if spec.name.startswith(LAB):
        return OverTerms(_lab().make(party, spec.name.removeprefix(LAB), given, seed))
    return OverTerms(_make(party)(spec.name, given, seed))


def seat(request: SessionRequest, buyer: Spec, sellers: Spec, seed: int) -> SessionRequest:
    """The request with these minds. A seller's own row has no room for an opponent's name, only its seat has."""
    given = dict(buyer.parameters) if is_built_in(buyer.name) else {}
    return replace(
        request,
        seed=seed,
        buyer_mind=buyer.name if is_built_in(buyer.name) else str(buyer),
        buyer_tuning=_tuning(buyer),
        buyer_temperament=Temperament(given.get("temperament", request.buyer_temperament)),
        buyer_policy=Policy(given.get("policy", request.buyer_policy)),
        sellers=tuple(_seller(seller, sellers) for seller in request.sellers),
    )


def _seller(seller: SellerRequest, spec: Spec) -> SellerRequest:
    if not is_built_in(spec.name):
        return replace(seller, mind="strategy", tuning=SeatTuning())
    given = dict(spec.parameters)
    return replace(
        seller,
        mind=spec.name,
        tuning=_tuning(spec),
        temperament=Temperament(given.get("temperament", seller.temperament)),
        toughness=Toughness(given.get("toughness", seller.toughness)),
    )


def _tuning(spec: Spec) -> SeatTuning:
    given = dict(spec.parameters) if spec.uses_model else {}
    temperature = given.get("temperature")
    return SeatTuning(given.get("model", ""), None if temperature is None else float(temperature))


def _parameters(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (name and equals and value) or _FORBIDDEN & set(value) or not value.isprintable():
            raise ValueError(f"{part!r} is not written as parameter=value")
        if name in given:
            raise ValueError(f"{name} is given twice")
        given[name] = value
    return given


def _checked(kind: Kind, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """In the order of the kind's own parameters."""
    known = {parameter.name: parameter for parameter in kind.parameters}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"{kind.name} has no parameter {name!r}; it has {', '.join(known)}")
        _check_value(known[name], value)
    return tuple((name, given[name]) for name in known if name in given)


def _check_value(parameter: Parameter, value: str) -> None:
    if parameter.choices and value not in parameter.choices:
        raise ValueError(f"{parameter.name} must be one of {', '.join(parameter.choices)}, not {value!r}")
    if parameter.low is None or parameter.high is None:
        return
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{parameter.name} must be a number, not {value!r}") from error
    if not (number.is_finite() and parameter.low <= number <= parameter.high):
        raise ValueError(f"{parameter.name} must be from {parameter.low} to {parameter.high}, not {value}")


def _check_lab(spec: Spec, party: Party) -> None:
    check = getattr(_lab(), "check", None)
    if check is not None:
        check(party, spec.name.removeprefix(LAB), dict(spec.parameters))
    else:
        _lab().make(party, spec.name.removeprefix(LAB), dict(spec.parameters), 0)


def _lab() -> ModuleType:
    """Imported only when such a mind is asked for: it is optional, and under another licence."""
    try:
        return importlib.import_module(LAB_MODULE)
    except ImportError as missing:
        raise ValueError(f"the lab is not installed: pip install -r requirements-lab.txt ({missing})") from missing


def _make(party: Party) -> Callable[[str, Mapping[str, str], int], BuyerMind | SellerMind]:
    return make_buyer if party is Party.BUYER else make_seller


_TEMPERAMENT = Parameter(
    "temperament", "Holds out long, as is usual, or wants a quick deal.", tuple(one.value for one in Temperament)
)
_MODEL = (
    Parameter("model", "The model's name at the provider; without one the installation's."),
    Parameter("temperature", "How freely the model speaks.", (), Decimal(0), Decimal(2)),
)
_OWN = {
    Party.BUYER: (
        _TEMPERAMENT,
        Parameter("policy", "Rather a deal at its limit, or rather none.", tuple(one.value for one in Policy)),
    ),
    Party.SELLER: (
        _TEMPERAMENT,
        Parameter("toughness", "How high above its floor it means to end.", tuple(one.value for one in Toughness)),
    ),
}
