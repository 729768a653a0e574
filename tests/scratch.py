"""Where the tests' databases are: in memory if there is room, as no test is about the disk.

They make and delete thousands of files, which some file systems on disk take most of the time for.
"""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30
"""Bytes that have to be free there; several sessions may run at once."""


def scratch() -> Path:
    """A folder that everybody may write to, whose path is short."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return Path("/tmp")
