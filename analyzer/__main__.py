"""The program: `marquee`, and python -m analyzer. Ready for Ctrl-C before anything else is loaded."""

import signal
import sys
from typing import Any, NoReturn

from analyzer.errors import INTERRUPTED


def main() -> NoReturn:
    """Run the command line and exit: 0 when all went well, else the code of what went wrong."""
    try:
        for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP; nohup has it ignored
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, _interrupt)
        from analyzer.cli import run

        code = run()
    except KeyboardInterrupt:
        print("marquee: stopped", file=sys.stderr)
        code = INTERRUPTED
    except ImportError as error:
        print(f"marquee: cannot start: {error}{_remedy(error)}", file=sys.stderr)
        code = 1
    sys.exit(code)


def miles_deep() -> NoReturn:
    """Be `marquee miles`, under the name of the program whose flags it takes."""
    sys.argv = ["marquee", "miles", *sys.argv[1:]]
    main()


def _remedy(error: ImportError) -> str:
    if "libGL" in str(error) or "libgthread" in str(error):  # a server without a desktop
        return "; install libgl1 and libglib2.0-0, or: pip install --force-reinstall opencv-python-headless"
    return ""


def _interrupt(*_: Any) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
