"""The call records as a file: a hundred thousand rows, in process and over SOAP."""

from contextlib import ExitStack

from bench import cases
from bench.data import stores
from bench.data.contents import FIRST, TEN_THOUSAND
from bench.measuring.downloads import download
from bench.measuring.requests import Request, WrongAnswer
from bench.peers import portal
from bench.peers.peer import Peer
from bench.run import Run

PATH = "/cdrs.csv"
ENCODINGS = {"": "identity", ", compressed": "gzip"}
STARTS = {cases.IN_PROCESS: portal.in_process, cases.OVER_SOAP: portal.over_soap}


def measure(run: Run) -> None:
    """Measure the rows a second, the time until the first byte, and the memory that it takes."""
    with ExitStack() as stack:
        peers = {}
        for way, start in STARTS.items():
            if run.wants(way):
                folder = stores.copy_of(TEN_THOUSAND, run.folder / f"files-{start.__name__}")
                peers[way] = stack.enter_context(start(folder, TEN_THOUSAND))
        for _ in range(run.rounds):
            if run.is_over(PATH):
                return
            for way, peer in peers.items():
                for kind, encoding in ENCODINGS.items():
                    _once(run, peer, way + kind, encoding)


def _once(run: Run, peer: Peer, way: str, encoding: str) -> None:
    browser = portal.sign_in(peer.port, FIRST)
    request = Request(PATH, headers={**browser.cookie, "Accept-Encoding": encoding})
    found = download(request, peer.port, peer.processes)
    if found.rows != TEN_THOUSAND.cdrs:
        raise WrongAnswer(f"{PATH} has {found.rows} rows")
    cpu, first_byte = found.cpu_seconds / found.rows * 1e6, found.first_byte * 1000
    run.measures.note(cases.ROWS.format(way=way), found.rows_per_second)
    run.measures.note(cases.CPU.format(way=way), cpu)
    run.measures.note(cases.FIRST_BYTE.format(way=way), first_byte)
    run.measures.note(cases.GROWN.format(way=way), found.grown)
    run.say(
        f"{way}: {found.rows_per_second:.0f} rows/s, {cpu:.0f} µs of CPU a row, "
        f"first byte {first_byte:.0f} ms, +{found.grown:.1f} MB"
    )
