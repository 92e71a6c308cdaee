"""`manage.py serve` that also writes each second to the file named first how many asyncio tasks it has, and how many
blocks Python's objects take.

soaked_serve.py FILE [options of serve]
"""

import asyncio.tasks
import os
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    file, *options = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    sys.path[0] = str(ROOT)
    threading.Thread(target=_tell, args=(Path(file),), daemon=True).start()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", "serve", *options])


def _tell(file: Path) -> None:
    names = ("_all_tasks", "_scheduled_tasks")  # the weak set of all tasks, until Python 3.11 and since 3.12
    tasks = next(getattr(asyncio.tasks, name) for name in names if hasattr(asyncio.tasks, name))
    fresh = file.with_suffix(".fresh")
    while True:
        fresh.write_text(f"{len(tasks)} {sys.getallocatedblocks()}")
        fresh.replace(file)
        time.sleep(1)


if __name__ == "__main__":
    main()
