"""The command line: ``mispflow``, or ``python -m mispflow``."""

import os
import signal
import sys

from . import _mispflow


def main() -> int:
    """Run the command line of this process, and return the exit code."""
    # Python only notes a Ctrl-C, and looks at the note after the command. As a program, mispflow ends.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.flush()
    sys.stderr.flush()
    return _mispflow.main(["mispflow", *(os.fsencode(argument).decode("utf-8", "surrogateescape") for argument in sys.argv[1:])])


if __name__ == "__main__":
    sys.exit(main())
