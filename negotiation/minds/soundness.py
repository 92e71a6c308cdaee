"""Whether what a mind answered is a move at all. What the move is worth is the core's to judge."""

from decimal import Decimal
from typing import TypeGuard

from negotiation.core.moves import (
    Accept,
    Award,
    Bids,
    BuyerTurn,
    Leave,
    Move,
    Propose,
    Reject,
    Say,
    WalkAway,
    Withdraw,
    Words,
)
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Fallback, Reason, Voice


def is_move(answer: object) -> TypeGuard[Move]:
    match answer:
        case Propose(terms=terms, words=words, claim=None | Decimal(), is_final=bool()):
            return _are_terms(terms) and _are_words(words)
        case Accept(offer_id=int(), words=words):
            return _are_words(words)
        case Reject(offer_id=int(), words=words) | Withdraw(offer_id=int(), words=words):
            return _are_words(words)
        case Say(words=words) | WalkAway(words=words):
            return _are_words(words)
        case _:
            return False


def is_buyer_turn(answer: object, seller_ids: set[str]) -> TypeGuard[BuyerTurn]:
    """At most one move for each of these sellers, an award to one of them, or leaving."""
    match answer:
        case Bids(moves=tuple() as moves):
            return _are_moves(moves, seller_ids)
        case Award(seller_id=str() as seller_id, offer_id=int(), reason=Reason(), farewells=tuple() as farewells):
            return seller_id in seller_ids and _are_farewells(farewells)
        case Leave(reason=Reason(), farewells=tuple() as farewells):
            return _are_farewells(farewells)
        case _:
            return False


def _are_moves(moves: tuple[object, ...], seller_ids: set[str]) -> bool:
    named: set[str] = set()
    for pair in moves:
        match pair:
            case (str() as seller_id, move) if is_move(move) and seller_id in seller_ids - named:
                named.add(seller_id)
            case _:
                return False
    return True


def _are_farewells(farewells: tuple[object, ...]) -> bool:
    return all(_is_farewell(farewell) for farewell in farewells)


def _is_farewell(farewell: object) -> bool:
    match farewell:
        case (str(), words):
            return _are_words(words)
        case _:
            return False


def _are_terms(terms: object) -> bool:
    match terms:
        case Terms(unit_price=Decimal(), quantity=int()):
            return True
        case _:
            return False


def _are_words(words: object) -> bool:
    """Text that can be stored and sent: a lone surrogate cannot."""
    match words:
        case Words(text=str() as text, voice=Voice(), fallback=None | Fallback()):
            return not any("\ud800" <= character <= "\udfff" for character in text)
        case _:
            return False
