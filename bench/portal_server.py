"""The portal's own way of serving, with the application that the others get too: `python -m bench.portal_server`."""

from bench.target import create
from sipsorcery_web.serving import listen, run_workers, set_up_logging
from sipsorcery_web.settings import Settings

if __name__ == "__main__":
    set_up_logging()
    settings = Settings.from_environment()
    run_workers(create(), settings, listen(settings), (), lambda: None)
