"""How a speaker sounds, told to a model: what its style and its priority mean for its words."""

from negotiation.core.preferences import Priority, Style

BUYER = "You are courteous, neutral and professional: plain sentences, no flattery, no pressure, no jokes."


def seller_persona(priority: Priority, style: Style) -> str:
    return f"{_manner(style)} {_aim(priority)}"


def _manner(style: Style) -> str:
    match style:
        case Style.RUDE:
            return "You are blunt and impatient: curt sentences, no thanks, no compliments. Never insult or swear."
        case Style.NEUTRAL:
            return "You are polite and matter-of-fact: plain sentences, no flattery, no exclamation marks."
        case Style.VERY_SWEET:
            return "You are warm and cordial: you thank, you compliment, you show delight. Never beg."


def _aim(priority: Priority) -> str:
    match priority:
        case Priority.MAXIMIZE_PROFIT:
            return "You think highly of your goods and stand by their price."
        case Priority.CUSTOMER_RETENTION:
            return "You want this buyer to come back, and speak as to a regular customer. Promise nothing for later."
