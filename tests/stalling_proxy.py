"""A TCP proxy that can stall: it goes on taking connections and bytes, and passes nothing on."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

HOST = "127.0.0.1"


class StallingProxy:
    """A port of this machine that leads to another one, unless it is told to stall or to be gone."""

    def __init__(self, target: tuple[str, int], hear: Callable[[bytes], object]) -> None:
        self._target = target
        self._hear = hear
        self._flows = Event()
        self._flows.set()
        self._sockets: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._is_over = self._refuses = False
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._run(self._accept)

    def stall(self) -> None:
        """Pass nothing on from now on."""
        self._flows.clear()

    def flow(self) -> None:
        """Pass on what has come, and what comes."""
        self._flows.set()

    def refuse(self) -> None:
        """Cut all connections, and each that comes from now on."""
        self._refuses = True
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def welcome(self) -> None:
        """Take connections again."""
        self._refuses = False

    def leave(self) -> None:
        """Cut all connections and take no more."""
        self._is_over = True
        self._flows.set()
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in (self._listener, *self._sockets):
            each.close()

    def _run(self, target: Callable[..., None], *arguments: socket.socket) -> None:
        self._threads.append(Thread(target=target, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._is_over:
                ours = self._listener.accept()[0]
                if self._refuses:
                    ours.close()
                    continue
                theirs = socket.create_connection(self._target)
                self._sockets += [ours, theirs]
                for ends in ((ours, theirs), (theirs, ours)):
                    self._run(self._pass_on, *ends)

    def _pass_on(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._hear(data)
                self._flows.wait()
                to.sendall(data)
        for each in (source, to):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def stalling_proxy(host: str, port: int, hear: Callable[[bytes], object] = len) -> Iterator[StallingProxy]:
    """A proxy in front of a port, for the length of a block; `hear` is told what passes, either way."""
    proxy = StallingProxy((host, port), hear)
    try:
        yield proxy
    finally:
        proxy.leave()
