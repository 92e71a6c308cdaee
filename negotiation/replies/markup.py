"""Knows what is no plain speech: markup, code, addresses, blanks left to fill in, talk about prompts and models."""

import re
from dataclasses import dataclass

from negotiation.replies.characters import is_plain


@dataclass(frozen=True, slots=True)
class Rule:
    """A slow search, spared where none of the small letters or signs stands of which each match needs one."""

    pattern: re.Pattern[str]
    needs: tuple[str, ...]

    def is_broken(self, text: str) -> bool:
        # Other alphabets have letters that a pattern without case takes for Latin ones.
        if is_plain(text):
            small = text.lower()
            if not any(map(small.__contains__, self.needs)):
                return False
        return self.pattern.search(text) is not None


# Brackets, signs of Markdown and of code: no sentence about a price needs one of them.
_SIGNS = re.compile(r"[<>{}\[\]|\\^~`*#=_]|\(\s*\)|//|&#?\w+;|\$\w*\(|%[sdx]\b|;\s*--|[\u2500-\u259f]")
_SIGN = re.compile(r"[<>{}\[\]|\\^~`*#=_(/&$%;\u2500-\u259f]")
_LIST = re.compile(r"\s*(?:[-+•]\s|\(?\d{1,2}[.)]\s+\D)|-{2,}")
_RULER = re.compile(r"\s-{3,}")
_ENDS = "com|net|org|io|info|biz|shop|store|dev|app|xyz|ru|cn|de|uk|example|onion"
_ADDRESS = Rule(
    re.compile(
        r"\b(?:https?|ftp|file|data|javascript|mailto|tel):|\bwww\s?\.|[\w.+-]+@\w[\w-]*\.\w"
        rf"|\b\w[\w-]*\.(?:{_ENDS})\b|\bdot com\b",
        re.IGNORECASE,
    ),
    (":", "@", "www", "dot com", *(f".{end}" for end in _ENDS.split("|"))),
)
_CODE = Rule(
    re.compile(
        r"\b(?:drop\s+table|union\s+select|insert\s+into|delete\s+from|select\s+.{1,40}\s+from\s+\w+\s*(?:;|where)"
        r"|alert\s*\(|eval\s*\(|onerror|onload|__\w+__)",
        re.IGNORECASE,
    ),
    ("drop", "union", "insert", "delete", "select", "alert", "eval", "onerror", "onload", "__"),
)
_PERCENT = Rule(
    re.compile(
        r"%|\b(?:per\s?-?\s?cents?|percentages?|percentile|pct|prozent|pourcents?|por\s?ciento|per\s?cento|procent)\b",
        re.IGNORECASE,
    ),
    ("%", "cent", "pct", "prozent", "ciento"),
)
_SPEAKER = Rule(
    re.compile(
        r"(?:^|[.!?\n]\s*|[\"'])(?:system|assistant|user|human|buyer|seller|customer|vendor|ai|bot|instructions?)\s*:(?=\s|$)"
        r"|^(?:respon[sd]e|reply|message|prompt|output|json|thought|reasoning|(?:final )?answer)\s*:"
        r"|^here(?:'s| is) (?:my|the|a|your) (?:\w+ )?(?:reply|message|response|answer|draft)\s*:"
        r"|\(\s*(?:note|explanation|rationale|reasoning)\s*:"
        r"|^note\s*:(?!\s*(?:(?:the|my|our|this) (?:\w+ )?(?:price|offer|quote|bid)\b|\W?[0-9]))",
        re.IGNORECASE,
    ),
    (":",),
)
_MACHINE = Rule(
    re.compile(
        r"\b(?:language model|as an? (?:ai\b|a\.i\.|artificial|assistant|bot\b|helpful|llm)"
        r"|(?:i'?m|i am|being) (?:just |only )?an? (?:ai\b|artificial|virtual|bot\b|chatbot|assistant|large|helpful)"
        r"|chat\s?gpt|openai|anthropic|system[\s_-]?(?:prompt|message)|json\b|jailbreak\w*|developer mode"
        r"|(?:my|your|these|previous|prior|above|all|following) instructions"
        r"|(?:ignore|disregard|forget|override) (?:all|any|everything|my|your|the|previous|prior)(?: \w+){0,3} "
        r"(?:instructions?|rules|prompts?|limits?|above|guidelines)"
        r"|i (?:was|am|have been) (?:told|instructed|prompted|programmed) (?:to|not)"
        r"|reservation (?:price|value)|(?:secret|private|hidden|confidential|internal) "
        r"(?:\w+ )?(?:prices?|limits?|floor|numbers?|minimum|maximum|budget|values?)"
        r"|(?:secret|private|confidential|internal|(?<!no )(?<!any )(?<!without )(?<!free of )hidden) (?:\w+ )?costs?"
        r"|(?:word|character) counts?\b"
        r"|i (?:cannot|can'?t|am unable to|won't) (?:assist|help|fulfil|comply|provide that)\b)",
        re.IGNORECASE,
    ),
    (
        *("language", " ai", " a.i.", " bot", " llm", "artificial", "assist", "virtual", "chatbot", "large", "help"),
        *("gpt", "openai", "anthropic", "system", "json", "jailbreak", "developer", "instruct", "ignore", "disregard"),
        *("forget", "override", "told", "prompt", "programmed", "reservation", "secret", "private", "hidden"),
        *("confidential", "internal", "fulfil", "comply", "provide that", "count"),
    ),
)
_BLANK = Rule(
    re.compile(
        r"\b(?:lorem ipsum|(?:insert|enter) (?:\w+ )?(?:here|name|price)|your name here|undefined|null|todo|xxx+|tbd)\b"
        r"|\.{6,}",
        re.IGNORECASE,
    ),
    ("lorem", "insert", "enter", "your name", "undefined", "null", "todo", "xx", "tbd", "......"),
)
_OTHERS = r"(?:another|other|others|different|rival|competing|several|multiple|many)"
_TRADERS = (
    r"(?:sellers?|suppliers?|vendors?|buyers?|customers?|bidders?|part(?:y|ies)|dealers?|shops?|stores?|providers?"
    r"|merchants?|retailers?|clients?|compan(?:y|ies))"
)
_DEALS = r"(?:offers?|quotes?|bids?|deals?|prices?|quotations?|proposals?|terms)"
_RIVAL_DEAL = rf"(?:much |far |even )?(?:better|lower|higher|cheaper|competing|other|another) {_DEALS}"
# "We have lower prices now: 41.20" goes on with the speaker's own.
_OWN_PRICE = r"(?<=prices) (?:now|today)\s?:\s?\W?[0-9]"
_CLAIM = Rule(
    re.compile(
        rf"\b(?:{_OTHERS} (?:\w+ )?{_TRADERS}|competitors?|the competition|rivals?|(?:someone|somebody) else"
        rf"|competing {_DEALS}|{_RIVAL_DEAL} (?:\w+ ){{0,3}}(?:elsewhere|from (?:someone|others?|another)|on the table)"
        rf"|(?<!could )(?<!can )(?<!may )(?<!should )(?:i|we)(?:'ve| have|'m| am| are)? ?(?:also |already |now )?"
        r"(?:got|received|been offered|been quoted|hold|holding|have|had|sitting on)? "
        rf"(?:a |an |some |several |many |two |three )?{_RIVAL_DEAL}(?! (?:for|to) you)(?!{_OWN_PRICE})"
        rf"|(?:cheaper|lower|better|less|{_DEALS}|quoted|offered|buy|find it|found it) elsewhere"
        r"|elsewhere (?:for|at))\b",
        re.IGNORECASE,
    ),
    (
        *("other", "different", "rival", "compet", "several", "multiple", "many", "else", "better", "lower", "higher"),
        "cheaper",
    ),
)


def has_markup(text: str) -> bool:
    return _has_signs(text) or _is_list(text) or any(rule.is_broken(text) for rule in (_ADDRESS, _CODE, _BLANK))


def has_percentage(folded: str) -> bool:
    return _PERCENT.is_broken(folded)


def is_out_of_role(folded: str) -> bool:
    """Whether the speaker is a model, an instruction, or more than one party."""
    return _SPEAKER.is_broken(folded) or _MACHINE.is_broken(folded)


def claims_rival(folded: str) -> bool:
    """Whether offers of others, or others who want to buy, are said to exist."""
    return _CLAIM.is_broken(folded)


def _has_signs(text: str) -> bool:
    return _SIGN.search(text) is not None and _SIGNS.search(text) is not None


def _is_list(text: str) -> bool:
    return _LIST.match(text) is not None or ("---" in text and _RULER.search(text) is not None)
