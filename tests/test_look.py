"""The look keeps its promises: contrasts, one place for colours, and a stylesheet that stays light (quality.md §9)."""

import gzip
import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.template.loader import render_to_string

STATIC = Path(__file__).resolve().parent.parent / "static"
SITE = (STATIC / "css" / "site.css").read_text(encoding="utf-8")
ROOT_BLOCK = re.compile(r":root\s*\{([^}]*)\}")
TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})\b")
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![^;{]*\{)")
BUDGET = 12_500  # bytes, compressed; what a page may weigh with it: tests/data/test_weights.py

TONES = ("river", "forest", "amber", "red", "mist", "plum", "teal", "slate")
GROUNDS = ("paper", "paper-soft", "paper-hollow")
TEXT = (
    [(ink, ground) for ink in ("ink", "ink-soft", "link") for ground in GROUNDS]
    + [("link-visited", "paper"), ("red", "paper"), ("river", "paper"), ("forest", "paper")]
    + [(tone, f"{tone}-pale") for tone in TONES]
    + [(tone, "paper") for tone in TONES]
    + [("ink", f"{tone}-pale") for tone in TONES]
    + [
        ("on-river", "river"),
        ("on-river", "river-deep"),
        ("on-red", "red"),
        ("river", "river-pale"),
        ("link", "river-pale"),
    ]
    + [("on-deep", "deep"), ("on-deep-soft", "deep"), ("focus-ink", "focus")]
)
BODY = [("ink", "paper"), ("ink", "paper-soft"), ("ink", "paper-hollow")]
EDGES = [("line-field", ground) for ground in ("paper", "paper-soft")] + [
    ("red", "paper"),
    ("river", "paper-hollow"),
]


def _schemes():
    light, dark = (dict(TOKEN.findall(block)) for block in ROOT_BLOCK.findall(SITE)[:2])
    return {"light": light, "dark": {**light, **dark}}


SCHEMES = _schemes()


def _luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(scheme, one, other):
    high, low = sorted((_luminance(SCHEMES[scheme][name]) for name in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _too_faint(scheme, pairs, least):
    return {pair: round(_contrast(scheme, *pair), 2) for pair in pairs if _contrast(scheme, *pair) < least}


def test_contrast_formula_of_black_on_white():
    SCHEMES["proof"] = {"black": "#000000", "white": "#ffffff"}
    assert _contrast("proof", "black", "white") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least", "visited"), [(TEXT, 4.5, 45), (BODY, 7, 3), (EDGES, 3, 4)])
def test_contrast_of_every_pair_used(scheme, pairs, least, visited):
    assert len(pairs) == visited
    assert _too_faint(scheme, pairs, least) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_focus_ring_seen_on_every_ground(scheme):
    """The ring is yellow next to a dark line: one of the two stands out from any ground by 3 to 1."""
    weak = [
        ground
        for ground in (*GROUNDS, "deep", "river", *(f"{tone}-pale" for tone in TONES))
        if max(_contrast(scheme, edge, ground) for edge in ("focus", "focus-ink")) < 3
    ]
    assert weak == []


def test_dark_scheme_redefines_every_colour_but_the_focus():
    light, dark = (dict(TOKEN.findall(block)) for block in ROOT_BLOCK.findall(SITE)[:2])
    assert sorted(set(light) - set(dark)) == ["focus", "focus-ink"]


def test_colours_written_only_in_the_token_blocks():
    assert len(ROOT_BLOCK.findall(SITE)) == 3  # light, dark, print
    assert HEX.findall(ROOT_BLOCK.sub("", SITE)) == []


def test_every_custom_property_used_is_defined():
    used = set(re.findall(r"var\(--([a-z0-9-]+)", SITE))
    defined = set(re.findall(r"--([a-z0-9-]+)\s*:", SITE))
    assert used - defined == set()


def test_stylesheet_within_its_budget():
    assert len(gzip.compress(SITE.encode(), 9)) <= BUDGET


def test_stylesheet_asks_nothing_from_elsewhere():
    assert re.findall(r"@import|url\((?!\"data:image/svg)", SITE) == []


def test_every_tone_has_a_class():
    assert sorted(re.findall(r"^\.tone-([a-z]+) \{", SITE, re.M)) == sorted(TONES)


def test_marks_are_the_ones_the_themes_may_name():
    marks = re.findall(r'<symbol id="([a-z]+)"', (STATIC / "img" / "marks.svg").read_text(encoding="utf-8"))
    assert marks == ["work", "food", "home", "health", "transport", "nearby", "voice", "citizen", "other"]


class _Form(forms.Form):
    title = forms.CharField(label="Titre", help_text="Au plus <200> caractères.")
    scope = forms.ChoiceField(
        label="Portée", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False
    )


def test_field_with_an_error_ties_hint_and_error_to_the_control():
    html = _Form({"title": ""})["title"].as_field_group()
    assert re.findall(r'\b(?:for|id|aria-describedby|aria-invalid)="[^"]*"', html) == [
        'for="id_title"',
        'id="id_title_helptext"',
        'id="id_title_error"',
        'aria-invalid="true"',
        'aria-describedby="id_title_helptext id_title_error"',
        'id="id_title"',
    ]
    assert "&lt;200&gt;" in html


def test_optional_group_says_so_in_its_legend():
    html = _Form()["scope"].as_field_group()
    assert html.count("<legend>") == 1
    assert 'Portée <span class="optional">(facultatif)</span>' in html


def test_error_summary_leads_to_the_field():
    summary = render_to_string("components/error_summary.html", {"form": _Form({"title": "", "scope": "z"})})
    assert re.findall(r'href="([^"]*)"', summary) == ["#id_title", "#id_scope_0"]


def test_admin_widgets_find_the_templates_they_include():
    assert 'type="url"' in AdminURLFieldWidget().render("adresse", "https://exemple.ca")
