"""Where a webhook may be posted to: public addresses of the internet alone, whatever their names say.

Checked when a target is made, and again for the very address that is connected to, for a name may mean another address
a moment later.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

Resolve = Callable[[str, int], Sequence[str]]
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
LEAST_FREE_PORT = 1024
# Where machines of one cloud or network alone answer, though `ipaddress` counts them among the public ones.
PRIVATE_ALL_THE_SAME = [
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23", "2002::/16", "3fff::/20")
]
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")


class UnsafeAddress(Exception):
    """The message says why, in words for whoever gave the address."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """`host` is in ASCII and small letters, without the brackets of IPv6; `target` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, ip: str) -> str:
        """The same by that address instead of its name."""
        host = f"[{ip}]" if ":" in ip else ip
        return f"{self.scheme}://{host}:{self.port}{self.target}"


def read_web_address(text: str) -> WebAddress:
    """Raises UnsafeAddress for what is none, or is one that only an attacker or a slip of the hand would write."""
    if not text.isprintable() or any(character.isspace() or character in '\\"<>^`{|}' for character in text):
        raise UnsafeAddress("must be a web address without spaces")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UnsafeAddress("must be a web address") from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise UnsafeAddress("must begin with https:// or http:// and name a host")
    if "@" in parts.netloc:
        raise UnsafeAddress("must hold no user name or password")
    if parts.fragment:
        raise UnsafeAddress("must have no part behind #")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    if port not in DEFAULT_PORTS.values() and port < LEAST_FREE_PORT:
        raise UnsafeAddress(f"must have the port 80, 443 or one from {LEAST_FREE_PORT}")
    return WebAddress(parts.scheme, _ascii_host(parts.hostname), port, _target(parts.path, parts.query))


def safe_ip(address: WebAddress, resolve: Resolve, *, allow_private: bool) -> str:
    """The address to connect to. Raises UnsafeAddress unless all that the name stands for are public."""
    found = resolve(address.host, address.port)
    if not found:
        raise UnsafeAddress("its host has no address")
    if not allow_private and not all(map(is_public, found)):
        raise UnsafeAddress("must lead to a public address")
    return found[0]


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of the host, as the system knows them; none if it knows none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return [str(entry[4][0]) for entry in found]


def is_public(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is not None:
            address = mapped
        elif address not in PUBLIC_IPV6:
            return False
    is_odd = address.is_multicast or address.is_reserved or any(address in kept for kept in PRIVATE_ALL_THE_SAME)
    return address.is_global and not is_odd


def _ascii_host(host: str) -> str:
    """In the one spelling that the network knows. Raises UnsafeAddress."""
    if "%" in host:
        raise UnsafeAddress("must name no network interface")
    if ":" in host or host.replace(".", "").isdecimal():
        return _literal(host)
    try:
        ascii_host = idna.encode(host, uts46=True).decode("ascii") if not host.isascii() else host.lower()
    except idna.IDNAError as error:
        raise UnsafeAddress("names a host that cannot be") from error
    labels = ascii_host.rstrip(".").split(".")
    if not all(_is_label(label) for label in labels):
        raise UnsafeAddress("names a host that cannot be")
    if labels[-1].isdecimal() or labels[-1].startswith("0x"):
        return _literal(ascii_host)
    return ascii_host


def _literal(host: str) -> str:
    """Dotted decimals as everybody writes them: shorter, octal and hexadecimal ones are what disguises are made of."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError as error:
        raise UnsafeAddress("names a host that cannot be") from error


def _is_label(label: str) -> bool:
    return 0 < len(label) < 64 and all(character.isalnum() or character in "-_" for character in label)


def _target(path: str, query: str) -> str:
    return f"{path or '/'}?{query}" if query else path or "/"
