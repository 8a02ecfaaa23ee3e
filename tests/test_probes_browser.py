"""Does the accessibility gate catch faults? One sound page, fifty ways to spoil it: what catches each, what catches none."""

import re

import pytest
from django.conf import settings

from tests.chromium import needs_chromium
from tests.probes import drawn, markup
from tests.probes.faults import ALONE, CAUGHT, FAULTS, FOR_PEOPLE, SOUND, spoilt

pytest.importorskip("axe_playwright_python")
pytestmark = [
    *needs_chromium,
    pytest.mark.skipif(
        "sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="no database here: once is enough"
    ),
]


@pytest.fixture(scope="module")
def found(browser):
    """What each tool says of the sound page and of each spoilt one: {name: {tool: {check: faults}}}."""
    context = browser.new_context(locale="fr-CA")
    drawn.prepare(context)
    page = context.new_page()
    served = {}
    page.route(
        "http://localhost/", lambda route: route.fulfill(body=served["html"], content_type="text/html")
    )
    said = {}
    for name in ("", *FAULTS):
        served["html"] = spoilt(name) if name else SOUND
        page.goto("http://localhost/")
        seen = [*(fault for look in drawn.LOOKS for fault in drawn.measured(page, look)), *drawn.walked(page)]
        said[name] = {
            "html": checks(markup.faults(served["html"])),
            "axe": checks(fault.partition(": axe: ")[2] for fault in seen if ": axe: " in fault),
            "probes": checks(re.sub(r"^[\w %]+: (?=\w+: )", "", it) for it in seen if ": axe: " not in it),
        }
    context.close()
    return said


def checks(faults):
    """Return what is said, by the check that says it (the first word)."""
    by_check = {}
    for fault in faults:
        by_check.setdefault(re.match(r"[\w-]+", fault)[0], []).append(fault)
    return by_check


def uncaught(found, without=()):
    """Return the faults of which nothing is said, once some tools or some checks are left out."""
    return {
        name
        for name in FAULTS
        if not any(
            check not in without
            for tool, said in found[name].items()
            if tool not in without
            for check in said
        )
    }


def test_sound_page_without_fault(found):
    assert found[""] == {"html": {}, "axe": {}, "probes": {}}


def test_gate_catches_forty_seven_faults_of_fifty(found):
    assert len(FAULTS) == 50
    assert uncaught(found) == FOR_PEOPLE
    assert len(FAULTS) - len(FOR_PEOPLE) == 47


def test_each_tool_catches_what_the_others_do_not(found):
    caught = {tool: sum(bool(found[name][tool]) for name in FAULTS) for tool in CAUGHT}
    alone = {tool: len(uncaught(found, {tool}) - FOR_PEOPLE) for tool in ALONE}
    assert (caught, alone) == (CAUGHT, ALONE)


def test_every_check_of_ours_is_proven_by_a_fault(found):
    proven = {check for name in FAULTS for tool in ("html", "probes") for check in found[name][tool]}
    ours = {check.__name__ for check in markup.CHECKS} | {it for look in drawn.LOOKS for it in look.measures}
    assert proven == ours | {"keyboard"}


@pytest.mark.parametrize(
    ("check", "lost"),
    [
        ("keyboard", {"keyboard trap"}),
        ("order", {"seen in another order"}),
        ("forced", {"button lost in forced colours"}),
        ("tables", {"table without caption", "header without scope"}),
        ("refusals", {"refused field without message"}),
        ("aria-roles", {"role that does not exist"}),
    ],
)
def test_a_check_left_out_leaves_its_faults_uncaught(found, check, lost):
    assert uncaught(found, {check}) == FOR_PEOPLE | lost
