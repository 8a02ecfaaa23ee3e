"""Which pages of the admin ask « est-ce bien vous? » again, and after how long (ASVS 7.5.1).

Rights and security: a quarter of an hour. Money: two hours, so that an evening of committee is not interrupted.
The question comes when the page opens; what is sent has more time, and is kept while the question is asked.
"""

import re
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest

from alliance.accounts.fresh import ask_if_stale


class Matter(NamedTuple):
    """Pages, by the name of their route, whose holders of `right` are asked for a proof."""

    pages: re.Pattern[str]
    right: str
    delay: str  # the setting that says the number of seconds
    name: str = ""  # of the step, on a page that serves many


# Lists of money whose rows a person writes by hand or by a spreadsheet.
_BY_HAND = ("allocation", "contribution", "envelope", "limits", "publishedfigure")
MATTERS = (
    Matter(
        re.compile(r"accounts_user_(add|change|send_link|reset_factor)"),
        "accounts.change_user",
        "CONFIRM_SECURITY_SECONDS",
    ),
    Matter(
        re.compile(r"accounts_teamaddress_(add|change|delete)"),
        "accounts.change_teamaddress",
        "CONFIRM_SECURITY_SECONDS",
    ),
    Matter(
        re.compile(r"territories_membership_(add|change|delete)"),
        "territories.change_membership",
        "CONFIRM_SECURITY_SECONDS",
    ),
    Matter(
        re.compile(
            r"(initiatives|funding)_\w+_(award|amend|release|adjust|schedule|ready|cancel_instalment|recover|pay"
            r"|movement|transfer|carry_over|close)"
        ),
        "funding.move_money",
        "CONFIRM_MONEY_SECONDS",
    ),
    *(
        Matter(
            re.compile(rf"funding_{model}_(add|change|import|process_import)"),
            f"funding.change_{model}",
            "CONFIRM_MONEY_SECONDS",
        )
        for model in _BY_HAND
    ),
    Matter(
        re.compile(r"initiatives_initiative_step"),
        "initiatives.move_initiative",
        "CONFIRM_MONEY_SECONDS",
        name="cancel",  # it frees what was promised
    ),
    Matter(
        re.compile(r"initiatives_report_(approve|return)"),
        "initiatives.move_initiative",
        "CONFIRM_MONEY_SECONDS",
    ),
    Matter(re.compile(r"portal_bilanversion_freeze"), "portal.publish_bilan", "CONFIRM_MONEY_SECONDS"),
)


def matter_of(route: str, step: str = "") -> Matter | None:
    """Return why the page of `route` asks for a proof (`step`: the step of a file that it decides), or None."""
    return next(
        (each for each in MATTERS if each.pages.fullmatch(route) and each.name in ("", step)),
        None,
    )


def ask_if_it_matters(request: HttpRequest) -> None:
    """Raise ReauthenticationRequired when the page matters and the last proof is too old."""
    match = request.resolver_match
    matter = matter_of(match.url_name or "", match.kwargs.get("name", "")) if match else None
    if matter is None or not request.user.is_authenticated or not request.user.has_perm(matter.right):
        return
    ask_if_stale(request, getattr(settings, matter.delay), grace=settings.SESSION_STAFF_IDLE_SECONDS)
