"""Measure the main pages: ratio to a bare view, and ratio of 10 000 initiatives to 1 000, on both engines.

Usage: python -m benchmarks.run [--samples 40] [--sizes 1000 10000] (called by `make bench`).
Requests to all servers are interleaved in one run and shuffled at each round, because a shared machine is noisy: only
the ratios of medians are to be quoted, with their bootstrap interval. Servers listen on the loopback only.
"""

import argparse
import gzip
import http.client
import os
import random
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
BARE = "/sante/"
PAGES = {
    "accueil": "/",
    "répertoire": "/initiatives/",
    "répertoire, thème": "/initiatives/?theme=alimentation",
    "répertoire, thème + MRC": "/initiatives/?theme=alimentation&territoire=la-mitis",
    "répertoire, mot fréquent": "/initiatives/?q=maraichers",
    "répertoire, mot rare": "/initiatives/?q=boussole",
    "répertoire, page 20": "/initiatives/?page=20",
    "thème": "/themes/alimentation/",
    "territoire": "/territoires/la-mitis/",
    "municipalité": "/municipalites/mont-joli/",
    "organisations": "/organisations/",
}


@dataclass
class Site:
    """One running portal: an engine, a number of initiatives, a port."""

    engine: str
    size: int
    port: int
    process: subprocess.Popen
    environment: dict[str, str]
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, path: str, **headers: str) -> tuple[float, int, str | None, bytes]:
        """Return milliseconds, status, ETag and body."""
        for attempt in (1, 2):
            try:
                began = time.perf_counter()
                self.connection.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
                response = self.connection.getresponse()
                body = response.read()
                return (time.perf_counter() - began) * 1000, response.status, response.getheader("ETag"), body
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                if attempt == 2:
                    raise
        raise AssertionError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def database_url(engine: str, size: int, folder: Path, server: str) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder / f'bench-{size}.sqlite3'}"
    name = f"bench_{size}_{secrets.token_hex(3)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return (
        re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", server, count=1)
        if "?" in server
        else f"{server.rsplit('/', 1)[0]}/{name}"
    )


def start(engine: str, size: int, folder: Path, server: str) -> Site:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "alliance.settings",
        "DEMO": "1",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VAR_DIR": str(folder / f"{engine}-{size}"),
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": database_url(engine, size, folder, server),
    }
    Path(environment["VAR_DIR"]).mkdir()
    began = time.perf_counter()
    for command in (
        ["migrate"],
        ["load_reference"],
        ["make_volume", "--initiatives", str(size)],
        ["collectstatic", "--noinput"],
    ):
        manage(environment, *command)
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "alliance.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "1",
            "--threads",
            "2",
            "--no-control-socket",
            "--log-level",
            "error",
        ],
        cwd=ROOT,
        env=environment,
    )
    site = Site(engine, size, port, process, environment)
    for _attempt in range(100):
        try:
            site.get(BARE)
            break
        except OSError:
            time.sleep(0.2)
    print(f"  {engine} {size} initiatives : prêt en {time.perf_counter() - began:.0f} s", flush=True)
    return site


def interval(a: list[float], b: list[float]) -> tuple[float, float, float]:
    """Return the ratio of medians a/b and its bootstrap 95 % interval."""
    chance = random.Random(1)
    draws = sorted(
        statistics.median(chance.choices(a, k=len(a))) / statistics.median(chance.choices(b, k=len(b)))
        for _draw in range(1000)
    )
    return statistics.median(a) / statistics.median(b), draws[25], draws[975]


def detail_pages(site: Site) -> dict[str, str]:
    def first(path: str, pattern: str) -> str:
        body = site.get(path)[3]
        text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()
        found = re.search(pattern, text)
        return found[1] if found else path

    return {
        "initiative": first("/initiatives/", r'href="(/initiatives/[a-z0-9-]+/)"'),
        "organisation": first("/organisations/", r'href="(/organisations/[a-z0-9-]+/)"'),
    }


def measure(sites: list[Site], samples: int) -> dict[tuple[str, str, int], list[float]]:
    times: dict[tuple[str, str, int], list[float]] = {}
    plan = []
    for site in sites:
        pages = {"vue nue": BARE, **PAGES, **detail_pages(site)}
        for name, path in pages.items():
            status, etag = site.get(path)[1:3]
            if status != 200:
                raise SystemExit(f"{site.engine} {site.size} {path} : {status}")
            plan.append((site, name, path, {}, 200))
            if name == "répertoire" and etag:
                plan.append((site, "répertoire, 304", path, {"If-None-Match": etag}, 304))
    for round_number in range(samples):
        random.Random(round_number).shuffle(plan)
        for site, name, path, headers, expected in plan:
            spent, status, _etag, _body = site.get(path, **headers)
            if status != expected:
                raise SystemExit(f"{path} : {status} au lieu de {expected}")
            times.setdefault((site.engine, name, site.size), []).append(spent)
    return times


def cold(sites: list[Site], rounds: int = 7) -> dict[tuple[str, str, int], list[float]]:
    """Time the directory's first page after a change of data: the read model is rebuilt then."""
    change = "from initiatives.models import Theme; t = Theme.objects.first(); Theme.objects.filter(pk=t.pk).update(order=t.order)"
    times: dict[tuple[str, str, int], list[float]] = {}
    for _round in range(rounds):
        for site in sites:
            manage(site.environment, "shell", "-v", "0", "-c", change)
            key = (site.engine, "répertoire, après un changement", site.size)
            times.setdefault(key, []).append(site.get("/initiatives/")[0])
    return times


def report(times: dict[tuple[str, str, int], list[float]], sizes: list[int]) -> None:
    small, large = min(sizes), max(sizes)
    engines = sorted({engine for engine, _name, _size in times}, reverse=True)
    for engine in engines:
        print(f"\n{engine} : médianes en ms; rapports des médianes [intervalle à 95 %]")
        print(f"{'page':34s} {small:>9d} {large:>9d}   {'/ vue nue':>22s}   {f'{large} / {small}':>22s}")
        names = dict.fromkeys(name for found, name, _size in times if found == engine)
        for name in names:
            row = [statistics.median(times[engine, name, size]) for size in (small, large)]
            bare = interval(times[engine, name, small], times[engine, "vue nue", small])
            flat = interval(times[engine, name, large], times[engine, name, small])
            print(
                f"{name:34s} {row[0]:9.1f} {row[1]:9.1f}   "
                + "   ".join(
                    f"{ratio:6.2f} [{low:5.2f}–{high:5.2f}]".rjust(22) for ratio, low, high in (bare, flat)
                )
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--sizes", type=int, nargs=2, default=[1000, 10000])
    options = parser.parse_args()
    server = os.environ.get("DATABASE_URL", "")
    engines = ["sqlite", "postgresql"] if server.startswith("postgres") else ["sqlite"]
    sites: list[Site] = []
    with tempfile.TemporaryDirectory(prefix="alliance-bench-") as folder:
        try:
            sites.extend(
                start(engine, size, Path(folder), server) for engine in engines for size in options.sizes
            )
            times = measure(sites, options.samples)
            times |= cold(sites)
            report(times, options.sizes)
        finally:
            for site in sites:
                site.process.terminate()
            for site in sites:
                site.process.wait(30)


if __name__ == "__main__":
    main()
