"""Negotiators by name: those that NegMAS has whole, and agents of the ANAC competitions, made of the parts it has."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial

from negmas.gb.components.genius import acceptance, offering
from negmas.gb.negotiators.modular.mapneg import MAPNegotiator
from negmas.sao import SAONegotiator, negotiators

MakeNegotiator = Callable[[], SAONegotiator]

WHOLE = (
    "AspirationNegotiator",
    "BoulwareTBNegotiator",
    "CABNegotiator",
    "ConcederTBNegotiator",
    "FastMiCRONegotiator",
    "HybridNegotiator",
    "LinearTBNegotiator",
    "MiCRONegotiator",
    "NaiveTitForTatNegotiator",
    "NiceNegotiator",
    "RandomNegotiator",
    "SimpleTitForTatNegotiator",
    "TopFractionNegotiator",
    "ToughNegotiator",
    "WARNegotiator",
)
# Names of competitors of 2010 to 2013; an agent is put together of how it accepts and how it offers.
IN_PARTS = (
    "AgentK",
    "AgentLG",
    "AgentMR",
    "AgentSmith",
    "BRAMAgent",
    "CUHKAgent",
    "Gahboninho",
    "HardHeaded",
    "IAMHaggler2012",
    "InoxAgent",
    "NiceTitForTat",
    "Nozomi",
    "OMACagent",
    "TheNegotiator",
    "TheNegotiatorReloaded",
    "ValueModelAgent",
    "Yushu",
)


def _of_parts(name: str) -> SAONegotiator:
    accepts, offers = getattr(acceptance, f"GAC{name}"), getattr(offering, f"G{name}Offering")()
    needs_offers = "offering_policy" in inspect.signature(accepts).parameters
    return MAPNegotiator(offering=offers, acceptance=accepts(offering_policy=offers) if needs_offers else accepts())


BARGAINERS: Mapping[str, MakeNegotiator] = {
    **{name: getattr(negotiators, name) for name in WHOLE},
    **{name: partial(_of_parts, name) for name in IN_PARTS},
}
