"""Measures a server of its own against goals: one line for each, with what was measured and whether it is enough.

    .venv/bin/python bench/load.py                    all parts; `--write` keeps the table in docs/performance.md
    .venv/bin/python bench/load.py --part P9 P14      some of them
    .venv/bin/python bench/load.py --quick            all, so small that they only show that they work
    .venv/bin/python bench/load.py --soak 30          rooms for so many minutes, and what the server's process grows by

The server is started as users start it, and asked from outside. Processor time is also given in units: divided by that
of a fixed loop in this process, which cancels most of the difference between machines and moments.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Mapping, Sequence

import asking
import calls
import instant
import lasting
import scale
import soak
import watching
from driving import Model
from laboratory import Lab, Part, capacity, scratch
from measuring import Line, table_of, unit_seconds, write_table
from serving import install, program

PARTS: Mapping[str, Part] = {
    **calls.PARTS,
    **watching.PARTS,
    **asking.PARTS,
    **lasting.PARTS,
    **instant.PARTS,
    **scale.PARTS,
}


def main() -> int:
    """Fails if a part could not be measured; a goal that is not met is no failure."""
    options = _read_options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that servers are stopped and folders deleted
    with scratch() as folder, program("fake_model.py") as (pid, port):
        (folder / "installed").mkdir()
        lab = Lab(
            folder=folder,
            installed=install(folder / "installed"),
            model=Model(pid, port, options.chunks),
            unit=unit_seconds(),
            is_quick=options.quick,
        )
        lines, failed = asyncio.run(_measure(lab, options))
    print(table_of(lines))
    if options.write:
        write_table("soak" if options.soak else "goals", table_of(lines))
    return int(bool(failed))


async def _measure(lab: Lab, options: argparse.Namespace) -> tuple[list[Line], list[str]]:
    if options.soak:
        return await soak.soak(lab, 60 * options.soak), []
    lines = [Line("unit", "processor time of the fixed loop", f"{1000 * lab.unit:.1f} ms")]
    lines += await capacity(lab.model, seconds=0.2 if lab.is_quick else 2.0)
    failed, began = [], time.perf_counter()
    for name in options.part or PARTS:
        started = time.perf_counter()
        try:
            lines += await PARTS[name](lab)
        except (Exception, SystemExit) as error:  # the other parts are still worth their time
            failed.append(name)
            lines.append(Line(name, "could not be measured", _in_a_line(error), "", False))
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    print(f"all: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return lines, failed


def _in_a_line(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="+", choices=list(PARTS), metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--soak", type=float, metavar="MINUTES", default=0.0)
    parser.add_argument("--chunks", type=int, default=20, help="pieces of a reply that the model streams")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
