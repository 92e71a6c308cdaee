"""Turns a sentence or a CSV file into rows of the form, with what was understood of each, for a person to check."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from marketplace.shopping.item_forms import MOST_ITEMS
from marketplace.shopping.item_names import match_name
from marketplace.shopping.lists_in_csv import CsvReading, decode_csv, has_heading, read_csv
from marketplace.shopping.sentences import LONGEST, ShoppingLine, read_shopping

MOST_TOLD = 20
NOTHING_SAID = "There is nothing to read yet: say what you need, for example “50 laptops up to 600 each”."
NO_FILE = "Choose a file or paste its lines."


@dataclass(frozen=True, slots=True)
class Note:
    """Beside a row: the words or the line it came from, and what to look at; nothing if it is surely right."""

    heard: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intake:
    """`source` is `words` or `csv`; `problems` concern the whole, `unread` are words that nothing was made of."""

    source: str
    rows: tuple[dict[str, Any], ...] = ()
    notes: tuple[Note, ...] = ()
    problems: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def to_check(self) -> int:
        return sum(bool(note.checks) for note in self.notes)


def intake_from(asked: QueryDict, upload: "UploadedFile | None", currency: str, known: Mapping[str, str]) -> Intake:
    if asked.get("read") == "csv":
        return _from_csv(asked.get("csv_text", ""), upload, currency)
    return _from_words(asked.get("words", ""), currency, known)


def _from_words(words: str, currency: str, known: Mapping[str, str]) -> Intake:
    if not words.strip():
        return Intake("words", problems=(NOTHING_SAID,))
    if len(words) > LONGEST:
        return Intake("words", problems=(f"That is longer than {LONGEST:,} characters; a CSV file suits it better.",))
    if has_heading(words):
        return replace(_of_lines(read_csv(words, currency)), source="words")
    reading = read_shopping(words, currency=currency, known=known)
    found = [_row_of(line, known) for line in reading.lines[:MOST_ITEMS]]
    return Intake(
        "words",
        rows=tuple(row for row, _ in found),
        notes=tuple(note for _, note in found),
        problems=_too_many(len(reading.lines)),
        unread=reading.unread[:MOST_TOLD],
    )


def _row_of(line: ShoppingLine, known: Mapping[str, str]) -> tuple[dict[str, Any], Note]:
    match = match_name(line.name, known)
    row = {
        "item_name": match.name or line.name,
        "quantity_needed": line.quantity,
        "min_price_per_unit": line.lowest,
        "max_price_per_unit": line.highest,
        "target_price": line.target,
    }
    written = {name: value for name, value in row.items() if value is not None}
    return written, Note(line.heard, (*_name_checks(line.name, match.name, match.is_sure, match.choices), *line.doubts))


def _name_checks(said: str, name: str, is_sure: bool, choices: tuple[str, ...]) -> Iterator[str]:
    if not said:
        yield "It is not clear which item this is."
    elif name and not is_sure:
        yield f"“{said}” was taken for {name}."
    elif choices:
        yield f"Several things in stock may be meant by “{said}”: choose one below."
    elif not name:
        yield f"No seller stocks anything called “{said}”."


def _from_csv(pasted: str, upload: "UploadedFile | None", currency: str) -> Intake:
    if upload is None and not pasted.strip():
        return Intake("csv", problems=(NO_FILE,))
    try:
        reading = read_csv(pasted if upload is None else decode_csv(upload.read()), currency)
    except ValueError as error:
        return Intake("csv", problems=(str(error),))
    return _of_lines(reading)


def _of_lines(reading: CsvReading) -> Intake:
    kept, rest = reading.rows[:MOST_ITEMS], reading.rows[MOST_ITEMS:]
    problems = [*reading.problems, *_too_many(len(reading.rows))]
    problems += [f"Line {row.line}: {reason}" for row in rest for reason in row.reasons][:MOST_TOLD]
    if not reading.rows and not reading.problems:
        problems.append("There is no line below the heading.")
    return Intake(
        "csv",
        rows=tuple(row.written for row in kept),
        notes=tuple(Note(f"line {row.line}", row.reasons) for row in kept),
        problems=tuple(problems),
    )


def _too_many(count: int) -> tuple[str, ...]:
    if count <= MOST_ITEMS:
        return ()
    return (f"A session takes at most {MOST_ITEMS} items: the first {MOST_ITEMS} of {count} are on the list.",)
