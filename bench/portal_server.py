"""The portal's own way of serving, with the application that the others get too: `python -m bench.portal_server`."""

from bench.target import create
from sipsorcery_web.serving import listen, make_server, run, set_up_logging, stop_on_signals
from sipsorcery_web.settings import Settings

if __name__ == "__main__":
    set_up_logging()
    settings = Settings.from_environment()
    listener = listen(settings)
    server = make_server(create(), settings, listener)
    run(server, stop_on_signals(server))
