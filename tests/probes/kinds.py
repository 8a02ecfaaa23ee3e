"""Which pages the gate must visit."""

from tests.routes_table import EXPECTED

_APART = {"portal:health", "portal:robots", "portal:sitemap", "portal:short"}
_FILES = ("_file", "_csv", "_paper", "_bulletin")


def public_kinds() -> set[str]:
    """Return the routes whose page anybody may read: files and what machines ask apart."""
    ours = {name for name in EXPECTED if name.startswith("portal:")}
    return {name for name in ours - _APART if not name.endswith(_FILES)}
