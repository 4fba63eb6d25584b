"""Runs the server: both `python3 tests/omnisim` and `python3 -m omnisim`."""

import os
import sys

if not __package__:
    # The folder itself must not be searched: its modules belong to the
    # package and would otherwise exist twice.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from omnisim.server import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
