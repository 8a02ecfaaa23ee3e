"""Does a test notice when a rule of the money is changed? Usage: python benchmarks/mutants.py [module…] [--every N]

Each function of the modules is changed in one place at a time (a comparison, a sign, a condition, a refusal or a lock
left out); the tests of the money must then fail. Prints each change that no test noticed, then the share noticed.
The database is made once; each change is tried in a child of this process.
"""

import argparse
import ast
import contextlib
import copy
import gc
import io
import os
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = (
    "funding.rules",
    "funding.ledger",
    "funding.actions.books",
    "funding.actions.lines",
    "funding.actions.payments",
    "funding.actions.promises",
    "funding.actions.years",
)
TESTS = ("tests/funding", "tests/admin/test_steps.py")
SLOW = "race or stateful or check_ledger or guards or all_or_nothing"
LONGEST = 180  # seconds for the tests of one change: beyond, the change made a loop, which is noticed
_COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SIGN = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}


def changes(function: ast.AST) -> Iterator[tuple[int, str, ast.AST]]:
    """Yield (line, what is changed, the changed function), one change each."""
    for rank, node in enumerate(ast.walk(function)):
        for what, change in _of(node):
            changed = copy.deepcopy(function)
            change(list(ast.walk(changed))[rank])
            yield getattr(node, "lineno", 0), what, ast.fix_missing_locations(changed)


def _of(node: ast.AST) -> Iterator[tuple[str, Callable]]:
    match node:
        case ast.Compare() if type(node.ops[0]) in _COMPARE:
            other = _COMPARE[type(node.ops[0])]
            yield f"{type(node.ops[0]).__name__} → {other.__name__}", lambda n: n.ops.__setitem__(0, other())
        case ast.BinOp() if type(node.op) in _SIGN and not isinstance(node.left, ast.JoinedStr):
            other = _SIGN[type(node.op)]
            yield f"{type(node.op).__name__} → {other.__name__}", lambda n: setattr(n, "op", other())
        case ast.BoolOp():
            for rank in range(len(node.values)):
                yield f"part {rank + 1} left out", lambda n, r=rank: _without(n.values, r)
        case ast.UnaryOp(op=ast.USub()):
            yield "sign turned", lambda n: setattr(n, "op", ast.UAdd())
        case ast.If() | ast.IfExp():
            for value in (True, False):
                yield f"condition always {value}", lambda n, v=value: setattr(n, "test", ast.Constant(v))
        case ast.Constant(value=int()) if not isinstance(node.value, bool):
            yield f"{node.value} → {node.value + 1}", lambda n: setattr(n, "value", n.value + 1)
        case ast.FunctionDef() | ast.For() | ast.With():
            yield from _calls_left_out(node.body)


def _without(values: list, rank: int) -> None:
    """Leave out one part of « a or b »; a lone part is written twice, which says the same as once."""
    values.pop(rank)
    if len(values) == 1:
        values.append(values[0])


def _calls_left_out(body: list[ast.stmt]) -> Iterator[tuple[str, Callable]]:
    for rank, statement in enumerate(body):
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            said = ast.unparse(statement)[:60]
            yield f"« {said} » left out", lambda n, r=rank: n.body.__setitem__(r, ast.Pass())


def functions(module: types.ModuleType) -> Iterator[tuple[ast.Module, ast.AST]]:
    """Yield each function of the module, methods included, with the tree of the module."""
    tree = ast.parse(Path(str(module.__file__)).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            for child in node.body:
                if isinstance(child, ast.FunctionDef):
                    yield node, child


def install(module: types.ModuleType, owner: ast.AST, changed: ast.AST) -> int:
    """Give the living functions of that name the code of the changed one; return how many were found."""
    name = changed.name if isinstance(owner, ast.Module) else f"{owner.name}.{changed.name}"
    bare = copy.deepcopy(changed)
    bare.decorator_list, bare.returns = [], None
    body = bare if isinstance(owner, ast.Module) else ast.ClassDef(owner.name, [], [], [bare], [])
    unit = ast.fix_missing_locations(ast.Module([body], []))
    code = next(_codes(compile(unit, str(module.__file__), "exec", flags=0), name))
    found = 0
    for each in gc.get_objects():
        if (
            isinstance(each, types.FunctionType)
            and each.__module__ == module.__name__
            and each.__code__.co_qualname == name
        ):
            each.__code__ = code
            found += 1
    return found


def _codes(code: types.CodeType, name: str) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            if constant.co_qualname == name:
                yield constant
            yield from _codes(constant, name)


def notices(try_it) -> bool:
    """Run the tests in a child after `try_it()`; say whether one of them failed."""
    pid = os.fork()
    if pid == 0:
        with (
            Path(os.devnull).open("w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            try_it()
            os._exit(1 if run_tests() else 0)
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.02)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return True


def run_tests() -> int:
    import pytest  # noqa: PLC0415 - after Django

    class Ready:
        @pytest.fixture(scope="session")
        def django_db_setup(self):
            """The database was made before."""

    options = [
        "-x",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
        "-k",
        f"not ({SLOW})",
    ]
    return int(pytest.main([*options, *TESTS], plugins=[Ready()]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--every", type=int, default=1, help="try one change in N")
    asked = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "alliance.settings", "DEBUG": "1", "VAR_DIR": "/tmp/mutants"}  # noqa: S108
    import django  # noqa: PLC0415 - the settings come first
    from django.test.utils import setup_databases, setup_test_environment  # noqa: PLC0415

    django.setup()
    setup_test_environment()
    with contextlib.redirect_stdout(io.StringIO()):
        setup_databases(verbosity=0, interactive=False)
    from django.test import utils  # noqa: PLC0415

    utils.teardown_test_environment()
    if notices(lambda: None):
        sys.exit("the tests fail without any change")
    tried = noticed = 0
    for name in asked.modules or MODULES:
        __import__(name)
        module = sys.modules[name]
        for owner, function in functions(module):
            for line, what, changed in changes(function):
                tried += 1
                if tried % asked.every:
                    continue
                seen = notices(lambda m=module, o=owner, c=changed: install(m, o, c) or os._exit(0))
                noticed += seen
                if not seen:
                    print(f"{name}:{line} {function.name}: {what}", flush=True)
    print(f"{noticed} of {tried // asked.every} changes noticed")


if __name__ == "__main__":
    main()
