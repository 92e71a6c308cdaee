import subprocess
import sys

from marketplace.settling import COLLECT_AFTER, SWITCH_SECONDS

ASK = """
import gc, sys
from marketplace.settling import settle
settle()
print(gc.get_freeze_count() > 0, gc.get_threshold(), round(sys.getswitchinterval(), 6))
"""


def test_settled_interpreter_spares_what_is_loaded_and_lets_threads_in_soon() -> None:
    program = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)

    assert program.stdout.strip() == f"True {COLLECT_AFTER} {SWITCH_SECONDS}"
