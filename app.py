"""The entry point: `python app.py` serves the portal, `flask --app app …` gives the operator's commands.

With `--with-engine` Kamailio runs beside the portal.
"""

import signal
import sys

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while the modules are read is no reason for a traceback

from sipsorcery_web import create_app

if __name__ == "__main__":
    from sipsorcery_web.serving import serve

    serve(runs_engine="--with-engine" in sys.argv[1:])

__all__ = ["create_app"]
