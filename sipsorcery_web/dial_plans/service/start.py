"""The plan service as a program of its own: `python -I start.py serve|build FOLDER`.

The secret and the image's key come as one line of JSON on standard input, so that neither is seen in the list of
processes or in an environment. The package is given a bare face here: what it imports for the portal (Flask, zeep,
SQLAlchemy) would take 80 MB, and has no business in the process that runs customers' scripts.
"""

import sys
from pathlib import Path
from types import ModuleType

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    face = ModuleType(root.name)
    face.__path__ = [str(root)]
    sys.modules[root.name] = face

    from sipsorcery_web.dial_plans.service.server import main

    main(*sys.argv[1:])
