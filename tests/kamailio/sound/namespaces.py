"""Machines that are network namespaces: the test is the server, and phones stand behind routers with NAT, or before.

    home-a 10.1.0.2 ── 10.1.0.1 a 198.51.100.2 and .9 ──┐
                                                        server 192.0.2.1
    home-b 192.168.7.2 ── .7.1 b 203.0.113.2 and .9 ────┘

The routers hide what is behind them at the first of their addresses, and change ports. Nothing of it reaches the machine's own network, and all of it
ends with the processes that hold it.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

SERVER = "192.0.2.1"
CLONE_NEWNET = 0x40000000
OWN = Path("/proc/thread-self/ns/net")
LIBC = ctypes.CDLL(None, use_errno=True)
PROGRAMS = ("ip", "iptables", "unshare", "nsenter")


def obstacle() -> str:
    """Return why there can be no namespaces here; "" where there can."""
    missing = [program for program in PROGRAMS if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")]
    if missing:
        return f"needs {', '.join(missing)}: Debian's iproute2, iptables and util-linux"
    tried = subprocess.run(
        ["unshare", "--net", "iptables", "-t", "nat", "-S"], capture_output=True, check=False, timeout=10
    )
    return "" if tried.returncode == 0 else "needs leave to make network namespaces with NAT, as root has it"


def _call(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Machine:
    """A network namespace, held by a process that does nothing."""

    def __init__(self, holder: int) -> None:
        self.holder = holder

    @property
    def command(self) -> list[str]:
        """The beginning of a command that runs there."""
        return ["nsenter", "-t", str(self.holder), "-n"]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let this thread be there: a socket that it opens stays there for good."""
        with OWN.open("rb") as back, Path(f"/proc/{self.holder}/ns/net").open("rb") as there:
            _call(LIBC.setns(there.fileno(), CLONE_NEWNET))
            try:
                yield
            finally:
                _call(LIBC.setns(back.fileno(), CLONE_NEWNET))

    def run(self, *commands: str) -> None:
        """Run commands of `ip` and `iptables` there."""
        for command in commands:
            subprocess.run([*self.command, *command.split()], check=True, capture_output=True)

    def forwards(self) -> None:
        """Be a router."""
        with self.at_work():
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


@contextmanager
def own_network() -> Iterator[Machine]:
    """Let this thread, and whatever it starts, be on a network of its own, as the server of it."""
    with OWN.open("rb") as back:
        _call(LIBC.unshare(CLONE_NEWNET))
        try:
            server = Machine(os.getpid())
            server.run("ip link set lo up", f"ip addr add {SERVER}/32 dev lo")
            server.forwards()
            yield server
        finally:
            _call(LIBC.setns(back.fileno(), CLONE_NEWNET))


@contextmanager
def _machine() -> Iterator[Machine]:
    """A machine whose holder ends with its input, so with the tests however they end."""
    with subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write(b"\n")
        holder.stdin.flush()
        holder.stdout.readline()  # it is there by now
        machine = Machine(holder.pid)
        machine.run("ip link set lo up")
        yield machine


class Network:
    """The machines around the server, by their names."""

    def __init__(self, server: Machine, stack: ExitStack) -> None:
        self.server = server
        self.machines = {name: stack.enter_context(_machine()) for name in ("a", "b", "home-a", "home-b")}
        self._join(server, "server-a", "198.51.100.1/24", "a", "out", "198.51.100.2/24")
        self._join(server, "server-b", "203.0.113.1/24", "b", "out", "203.0.113.2/24")
        self._join(self.machines["a"], "in", "10.1.0.1/24", "home-a", "out", "10.1.0.2/24")
        self._join(self.machines["b"], "in", "192.168.7.1/24", "home-b", "out", "192.168.7.2/24")
        for name, behind in (("a", "10.1.0.0/24"), ("b", "192.168.7.0/24")):
            self.machines[name].forwards()
            nat = (
                f"iptables -t nat -A POSTROUTING -s {behind} -o out -p %s -j MASQUERADE --to-ports 40000-45000 --random"
            )
            self.machines[name].run(nat % "udp", nat % "tcp")
        self.machines["a"].run("ip addr add 198.51.100.9/24 dev out")
        self.machines["b"].run("ip addr add 203.0.113.9/24 dev out")

    def _join(self, near: Machine, link: str, address: str, far: str, far_link: str, far_address: str) -> None:
        machine = self.machines[far]
        near.run(f"ip link add {link} type veth peer name {far_link} netns {machine.holder}")
        near.run(f"ip addr add {address} dev {link}", f"ip link set {link} up")
        machine.run(f"ip addr add {far_address} dev {far_link}", f"ip link set {far_link} up")
        machine.run(f"ip route add default via {address.partition('/')[0]}")


@contextmanager
def network() -> Iterator[Network]:
    """The whole of it, with this thread as the server."""
    with own_network() as server, ExitStack() as stack:
        yield Network(server, stack)
