"""The structure, held by tests: who may import whom, how long a module may grow, what never stands in the tree."""

import ast
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
PACKAGES = ["alliance.lib", "alliance.accounts", "territories", "initiatives", "funding", "alliance.portal"]
LAYERS = [  # inside an app, bottom to top; a module may import its own row and the rows above it in this list
    {"choices", "roles"},
    {"rules", "workflow"},
    {"models"},
    {"ledger", "search", "twins", "guards", "backends"},
    {"actions"},
    {"filters", "forms", "resources", "adapter", "middleware", "freshness", "context"},
    {"views", "admin", "admin_site"},
    {"urls"},
]
WIRING = {"settings", "urls", "wsgi", "env", "checks", "formats", "docs"}


def sources():
    """Return our Python modules (name → path), migrations left out."""
    found = {}
    for package in ("alliance", "territories", "initiatives", "funding"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found[name.removesuffix(".__init__")] = path
    return found


SOURCES = sources()
TREES = {name: ast.parse(path.read_text()) for name, path in SOURCES.items()}


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(name):
    return next((p for p in PACKAGES if name == p or name.startswith(p + ".")), None)


def layer_of(name):
    package = package_of(name)
    part = name.removeprefix(package).strip(".").split(".")[0] if package else ""
    return next((rank for rank, parts in enumerate(LAYERS) if part in parts), None)


def test_sources_are_all_seen():
    assert len(SOURCES) > 50
    assert {package_of(name) for name in SOURCES} - {None} == set(PACKAGES)


def test_no_package_imports_an_upper_one():
    upward = [
        f"{name} imports {target}"
        for name, tree in TREES.items()
        if (package := package_of(name))
        for target in imports(tree)
        if (other := package_of(target)) and PACKAGES.index(other) > PACKAGES.index(package)
    ]
    assert upward == []


def test_no_module_imports_an_upper_layer_of_its_app():
    upward = [
        f"{name} imports {target}"
        for name, tree in TREES.items()
        if (rank := layer_of(name)) is not None
        for target in set(imports(tree))
        if package_of(target) == package_of(name) and (other := layer_of(target)) is not None and other > rank
    ]
    assert upward == []


def test_import_test_sees_an_upward_import():
    tree = ast.parse("from funding.models import Envelope")
    assert [package_of(target) for target in imports(tree)] == ["funding", "funding"]
    assert PACKAGES.index("funding") > PACKAGES.index("territories")
    assert layer_of("initiatives.views.forms") == 6
    assert layer_of("initiatives.models.initiative") == 2


def test_no_module_is_longer_than_400_lines():
    tests = {str(path): path for path in (ROOT / "tests").rglob("*.py")}
    long = {
        name: lines
        for name, path in (SOURCES | tests).items()
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_function_is_longer_than_50_lines():
    long = {
        f"{name}.{node.name}": length
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > 50
    }
    assert long == {}


def test_environment_is_read_in_one_module_only():
    readers = {
        name
        for name, path in SOURCES.items()
        if re.search(r"os\.environ|os\.getenv|environ\.Env", path.read_text())
    }
    assert readers == {"alliance.env", "alliance.wsgi"}


def test_money_is_added_up_in_the_ledger_and_counts_are_made_in_figures_only():
    banned = {"django.db.models.Sum", "django.db.models.Avg", "django.db.models.Count"}
    adders = {name for name, tree in TREES.items() if banned & set(imports(tree))}
    others = {name for name in adders if not name.startswith("alliance.portal.figures.")}
    assert others == {"funding.ledger"}


def test_no_signal_of_ours():
    assert [
        name for name, tree in TREES.items() if any("signals" in target for target in imports(tree))
    ] == []


def test_views_and_forms_write_nothing_themselves():
    writers = {"save", "create", "bulk_create", "bulk_update", "delete", "get_or_create", "update_or_create"}
    found = [
        f"{name}:{node.lineno} .{node.func.attr}()"
        for name, tree in TREES.items()
        if re.search(r"\.(views|forms|filters)(\.|$)", name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writers
    ]
    assert found == []


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize(
    "pattern",
    [
        r"<style",
        r"\sstyle=",
        r"\son[a-z]+=",
        r"<script(?![^>]*\ssrc=)(?![^>]*application/)",
        r"javascript:",
        r"\|\s*safe\b",
        r"autoescape\s+off",
        r"\b(TODO|FIXME)\b",
    ],
)
def test_no_template_holds_anything_inline_or_unescaped(pattern):
    assert len(TEMPLATES) > 20
    assert [str(path) for path in TEMPLATES if re.search(pattern, path.read_text())] == []


def test_no_code_marks_text_as_safe_or_builds_sql_or_leaves_a_note_to_self():
    pattern = re.compile(
        r"mark_safe|\.raw\(|\.extra\(|\*\*request\.(GET|POST)|\b(TODO|FIXME|XXX)\b|pickle|eval\("
    )
    assert [name for name, path in SOURCES.items() if pattern.search(path.read_text())] == []


def test_every_template_is_used():
    texts = "\n".join(path.read_text() for path in [*TEMPLATES, *SOURCES.values()])
    by_django = re.compile(
        r"^(admin|account|mfa|django|allauth|import_export|simple_history|registration)/|^(400|403|404|500)\.html$"
    )
    unused = [
        name
        for path in TEMPLATES
        if (name := str(path.relative_to(ROOT / "templates"))) not in texts and not by_django.search(name)
    ]
    assert unused == []


@pytest.mark.django_db
def test_no_migration_is_pending():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


PRODUCTION = {
    "PATH": "/usr/bin:/bin",
    "SECRET_KEY": "une-longue-valeur-7!x-" * 4,
    "ALLOWED_HOSTS": "alliance.example.org",
    "EMAIL_URL": "smtp+tls://compte:secret@courriel.example.org:587",
}


def manage(*arguments, **environment):
    return subprocess.run(  # noqa: S603 - our own command, with an environment of ours
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=ROOT,
        env=PRODUCTION | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_production_settings_pass_the_deployment_check():
    result = manage("check", "--deploy", "--fail-level", "INFO")
    assert (result.returncode, result.stderr) == (0, "")
    assert "no issues" in result.stdout


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY manque"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS manque"),
        ({"EMAIL_URL": ""}, "EMAIL_URL manque"),
        ({"EMAIL_URL": "courriel.example.org"}, "EMAIL_URL\xa0: commencez par"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL\xa0: il manque le nom du serveur"),
        ({"EMAIL_URL": "smtp://hote:port"}, "EMAIL_URL\xa0: cette adresse de serveur ne peut pas être lue"),
        ({"DEBUG": "peut-être"}, "DEBUG='peut-être'"),
        ({"TRUSTED_PROXY_COUNT": "deux"}, "inscrivez un nombre entier"),
        ({"BEHIND_PROXY": "1"}, "inscrivez aussi TRUSTED_PROXY_COUNT"),
        ({"DATABASE_URL": "mysql://x/y"}, "seules les bases SQLite et PostgreSQL"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(environment, sentence):
    result = manage("check", **environment)
    assert result.returncode != 0
    assert sentence in result.stderr


def test_nothing_in_the_tree_names_a_machine_or_a_registry():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    pattern = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|/work/|/root/|opt/pypi", re.IGNORECASE)
    guilty = [
        name
        for name in listed.splitlines()
        if (ROOT / name).is_file()
        and name != "tests/test_architecture.py"
        and (ROOT / name).suffix in {".py", ".md", ".txt", ".toml", ".html", ".css", ".js", ".sh", ""}
        and pattern.search((ROOT / name).read_text(errors="replace"))
    ]
    assert guilty == []
