"""The settings of the SIP engine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SipSettings:
    """The ways to the SIP engine: by phones and providers at `host`, by the portal at a port of this machine.

    Behind 1:1 NAT `host` is the machine's own address, and `advertise` the one that the outside reaches it at.
    """

    host: str
    advertise: str
    port: int
    tls_port: int
    rpc_port: int
    third_party_port: int
    digest: str
    certificate: str
    certificate_key: str
    tls_authorities: str
    database_url: str
    workers: int
    register_retry: int

    @property
    def is_on(self) -> bool:
        """Return True when there is an engine."""
        return bool(self.host)

    @property
    def transports(self) -> dict[str, int]:
        """Return the transports that the engine speaks, each with its port."""
        return {"udp": self.port, "tcp": self.port} | ({"tls": self.tls_port} if self.certificate else {})

    @property
    def ip_version(self) -> int:
        """Return the version of IP that the engine speaks, as its own address has it."""
        return 6 if ":" in self.host else 4

    @property
    def bracketed_host(self) -> str:
        """The host that the engine listens at, as URIs write it."""
        return _bracketed(self.host)

    @property
    def public_host(self) -> str:
        """The host that phones and providers are told, as URIs write it."""
        return _bracketed(self.advertise or self.host)

    @property
    def loopback(self) -> str:
        """Return the address that nobody outside of this machine reaches, of the version that the engine speaks."""
        return "::1" if self.ip_version == 6 else "127.0.0.1"

    @property
    def third_party_address(self) -> str:
        """Return where the third-party call controller listens, as URIs write it."""
        return f"{_bracketed(self.loopback)}:{self.third_party_port}"

    @property
    def own_hosts(self) -> frozenset[str]:
        """The hosts that mean this engine in a URI: the address that it listens at, and the one that it is told of."""
        return frozenset((self.bracketed_host, self.public_host))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
