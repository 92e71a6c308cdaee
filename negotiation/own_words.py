"""What the writer of a message says now: without the mail that it answers and without the signature below."""

import re

_LINE = re.IGNORECASE | re.MULTILINE
_WROTE = (
    r"^[ \t]*(?:on|am|le|el|op|il|em)\b[^\n]{3,120}(?:\n[^\n]{1,80})?"
    r"\b(?:wrote|schrieb|a écrit|escribió|schreef|ha scritto|escreveu)\b[^\n:]{0,80}:[ \t]*"
)
# What is quoted with a mark in each line may have the answer below it.
_MARKED = re.compile(rf"(?:{_WROTE})?(?:\n\s{{0,4}})?^[ \t]*>[^\n]*$", _LINE)
_HEADER = re.compile(
    rf"{_WROTE}$|^[-_ ]{{2,}}(?:original|forwarded|ursprüngliche|weitergeleitete|message d'origine|mensaje original"
    r"|oorspronkelijk|messaggio originale|mensagem original)[^\n]*$"
    r"|^(?:from|von|de|van|da) ?: [^\n]{1,120}\n(?:sent|date|to|gesendet|datum|an|envoyé|enviado|verzonden|inviato) ?:",
    _LINE,
)
_SIGNED = re.compile(
    r"(?<=\n)[ \t]*(?:--[ \t]*|sent from my [^\n]*"
    r"|(?:(?:(?:with|many) )?(?:best|kind|kindest|warm|warmest) (?:regards|wishes)|regards|rgds|br|sincerely|cheers"
    r"|yours (?:sincerely|faithfully|truly)"
    r"|mit (?:freundlichen|besten) grüßen|(?:viele|beste|freundliche|liebe) grüße|mfg|vg|lg"
    r"|(?:bien )?cordialement|bien à vous|salutations|(?:un |cordiales )?saludos?|atentamente"
    r"|(?:met )?vriendelijke groet(?:en)?|mvg|(?:cordiali|distinti) saluti|atenciosamente|cumprimentos)"
    r"[,.!]*(?: [^\W\d]+\.?){0,3}[ \t]*)$",
    _LINE,
)
_POSTSCRIPT = re.compile(r"^[ \t]*(?:p\.? ?)+s\b", _LINE)


def own_words(text: str) -> str:
    text = _MARKED.sub("", text)
    if header := _HEADER.search(text):
        text = text[: header.start()]
    signed = _SIGNED.search(text)
    if signed is None:
        return text
    postscript = _POSTSCRIPT.search(text, signed.end())
    return text[: signed.start()] + (text[postscript.start() :] if postscript else "")
