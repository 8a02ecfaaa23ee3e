from alliance.portal.models.alerts import Alert
from alliance.portal.models.data import BilanVersion, DataVersion
from alliance.portal.models.errors import ToldError
from alliance.portal.models.search import EquivalentWords, MissedWord
from alliance.portal.models.zoom import Zoom, ZoomItem, ZoomSection

__all__ = [
    "Alert",
    "BilanVersion",
    "DataVersion",
    "EquivalentWords",
    "MissedWord",
    "ToldError",
    "Zoom",
    "ZoomItem",
    "ZoomSection",
]
