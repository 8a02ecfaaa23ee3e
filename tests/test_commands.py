"""The two commands: their scripts are sound, refuse what they must, and leave nothing behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHELL_SCRIPTS = [
    "bin/bench",
    "bin/lib.sh",
    "bin/prepare",
    "bin/race",
    "bin/requirements",
    "bin/run",
    "bin/test",
    "bin/with-postgres",
]
TARGETS = [
    "bench",
    "clean",
    "help",
    "lint",
    "requirements",
    "run",
    "test",
    "test-pg",
    "test-sqlite",
]
HAS_SERVER = bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb"))

needs_server = pytest.mark.skipif(not HAS_SERVER, reason="PostgreSQL n’est pas installé")
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make n’est pas installé")


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the project, without the caller's database address."""
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | environment
    return subprocess.run(  # noqa: S603 - the commands are written in this module
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_shell_scripts_all_parse_and_can_be_executed():
    found = sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bin").iterdir()
        if path.suffix == ".sh" or (path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env bash"))
    )
    assert found == SHELL_SCRIPTS
    for name in [*found, ".ci/run"]:
        assert run("bash", "-n", name).stderr == ""
        assert os.access(ROOT / name, os.X_OK) or name == "bin/lib.sh"


def test_no_tracked_requirement_names_a_package_index():
    lines = [
        line
        for name in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / name).read_text().splitlines()
    ]
    assert [
        line for line in lines if "://" in line or line.lstrip().startswith(("-i", "--index", "--extra"))
    ] == []
    assert len(lines) > 500


def test_development_requirements_hold_every_pin_of_the_portal():
    pin = re.compile(r"^([a-z0-9._-]+==[^ \\]+)", re.MULTILINE | re.IGNORECASE)
    served, developed = (
        set(pin.findall((ROOT / name).read_text())) for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert served - developed == set()
    assert len(served) > 10


@needs_make
def test_makefile_has_every_target():
    makefile = (ROOT / "Makefile").read_text()
    assert sorted(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) == TARGETS
    for target in TARGETS:
        assert run("make", "--dry-run", target, MAKEFLAGS="").returncode == 0


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "", "８０００"])
def test_check_port_refuses_what_is_not_a_port(port):
    result = run(sys.executable, "bin/check-port", "127.0.0.1", port)
    assert (result.returncode, result.stderr) == (
        1,
        f"\nErreur : PORT doit être un nombre de 1 à 65535 (reçu : « {port} »).\n",
    )


def test_check_port_taken_says_which_one_to_try():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(sys.executable, "bin/check-port", "127.0.0.1", str(port))
    assert result.returncode == 1
    assert f"le port {port} est déjà occupé sur 127.0.0.1." in result.stderr
    assert run(sys.executable, "bin/check-port", "127.0.0.1", str(port)).returncode == 0


def test_test_command_with_an_unknown_part_is_refused():
    result = run("bin/test", "mysql")
    assert result.returncode == 1
    assert (
        "Erreur : bin/test attend « all », « lint », « sqlite » ou « pg » (reçu : « mysql »)."
        in result.stderr
    )


def test_with_postgres_keeps_the_address_it_is_given():
    address = "postgres://quelqu-un@exemple.invalid/base"
    result = run("bin/with-postgres", "sh", "-c", "echo $DATABASE_URL", DATABASE_URL=address)
    assert (result.returncode, result.stdout) == (0, f"{address}\n")


PROBE = """
import os, sys, psycopg, urllib.parse
folder = urllib.parse.parse_qs(urllib.parse.urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
with psycopg.connect(host=folder, user="postgres", dbname="postgres") as connection:
    print(connection.execute("SHOW server_encoding").fetchone()[0], connection.execute("SHOW listen_addresses").fetchone())
print(folder)
sys.exit(3)
"""


@needs_server
def test_with_postgres_serves_then_removes_its_cluster():
    result = run("bin/with-postgres", sys.executable, "-c", PROBE)
    assert (result.returncode, result.stderr) == (3, "")
    settings, folder = result.stdout.splitlines()
    assert settings == "UTF8 ('',)"
    assert Path(folder).name.startswith("alliance-pg.")
    assert not Path(folder).exists()


@needs_server
def test_with_postgres_ended_by_a_signal_leaves_nothing_behind():
    command = [
        "bin/with-postgres",
        "sh",
        "-c",
        "echo $DATABASE_URL; echo $$; exec sleep 60",
    ]
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    process = subprocess.Popen(  # noqa: S603 - written just above
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip().partition("host=")[2])
    child = int(process.stdout.readline())
    assert folder.is_dir()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 143
    process.stdout.close()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def fake_python(folder: Path, body: str) -> str:
    """Write a stand-in for python3 (no ensurepip, too old…) and return its path."""
    script = folder / "python3"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    return str(script)


@pytest.fixture
def bare_project(tmp_path):
    """A copy of what set-up needs, without .venv."""
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    for name in ("requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_prepare_without_ensurepip_says_what_to_install(bare_project, tmp_path_factory):
    # Debian's python3 without python3-venv: neither ensurepip nor pip can be imported.
    python = fake_python(
        tmp_path_factory.mktemp("debian"),
        f'case "$*" in *ensurepip*|*"-m pip"*) exit 1;; *_base_executable*) echo "$0";; *) exec {sys.executable} "$@";; esac',
    )
    result = run("bin/prepare", "run", cwd=bare_project, PYTHON=python)
    assert result.returncode == 1
    assert "Installez python3-venv : apt-get install python3-venv" in result.stderr
    assert not (bare_project / ".venv").exists()


def test_prepare_with_an_old_python_is_refused(bare_project, tmp_path_factory):
    body = f"""case "$*" in
        -V) echo "Python 3.10.13";;
        *version_info*) exec {sys.executable} -c "import sys as s; s.version_info = (3, 10, 13); $2";;
    esac"""
    result = run(
        "bin/prepare", "run", cwd=bare_project, PYTHON=fake_python(tmp_path_factory.mktemp("old"), body)
    )
    assert result.returncode == 1
    assert "Erreur : Python 3.11 ou plus récent est requis (trouvé : Python 3.10.13)." in result.stderr


def test_prepare_without_the_packages_leaves_no_stamp(bare_project):
    result = run(
        "bin/prepare",
        "run",
        cwd=bare_project,
        PYTHON=sys.executable,
        PIP_CONFIG_FILE=os.devnull,
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(bare_project),
    )
    assert result.returncode == 1
    assert "Erreur : L’installation des paquets de requirements.txt a échoué" in result.stderr
    assert list((bare_project / ".venv").glob("ready-*")) == []
