"""The papers for the fridge: always two pages and one, everything in its place, black and white, the same bytes."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from alliance.portal import freshness
from alliance.portal.bilan import pdf
from alliance.portal.fridge.sheet import build
from alliance.portal.fridge.subject import find
from alliance.portal.views.fridge import _PAPERS, STYLE, _context
from initiatives.choices import Cost
from territories.models import Municipality, Territory
from tests.portal.fridge_world import LONG, directory_of, services

needs_pdf = pytest.mark.skipif(not pdf.available(), reason="WeasyPrint or Pango is not installed")
PAGES = {"feuille": 2, "aimant": 1}
BOXES = ("entry", "blank", "first", "contact", "top", "end", "notes", "left", "right", "name", "foot", "card")


def laid_out(sheet, paper):
    """Return the pages as WeasyPrint lays them out."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - not installed everywhere

    style = (Path(settings.BASE_DIR) / "static" / "css" / STYLE).read_text(encoding="utf-8")
    html = render_to_string(_PAPERS[paper], _context(sheet))
    return HTML(string=html).render(stylesheets=[CSS(string=style)]).pages


def fill(world, many):
    """Give `many` services the longest words that the fields take, in the municipality with the longest name."""
    longest = {
        "what": "Des bénévoles vous conduisent à vos rendez-vous médicaux et communautaires intermunicipaux. "
        * 4,
        "where": "Saint-Hubert-de-Rivière-du-Loup, Saint-François-Xavier-de-Viger, Notre-Dame-des-Sept-Douleurs",
        "cost": Cost.VARIES,
    }
    services(world, many, title=LONG, **{**longest, "what": longest["what"][:400]})
    Municipality.objects.filter(slug="mont-joli").update(name="Saint-Hubert-de-Rivière-du-Loup")
    Territory.objects.filter(slug="la-mitis").update(
        contact_name="Service du développement social et communautaire de la MRC, à l’accueil du rez-de-chaussée",
        contact_phone="418 722-0000, poste 123456",
        contact_email="developpement.social.et.communautaire@mrc-exemple.invalid",
    )


def sheet_of(rf, kind="municipalite", slug="mont-joli"):
    directory = directory_of(rf.get("/"))
    return build(directory, find(directory, kind, slug))


def boxes(page, names):
    """Yield (class, box) of the elements of a page that carry one of these classes."""
    for box in page._page_box.descendants(placeholders=True):
        element = getattr(box, "element", None)
        classes = (
            (element.get("class") or "").split() if element is not None and hasattr(element, "get") else []
        )
        for name in set(classes) & set(names):
            yield name, box


def bottom_of(box):
    """Return how low the text inside a box goes, in pixels."""
    lines = [one for one in box.descendants(placeholders=True) if type(one).__name__ == "LineBox"]
    return max((line.position_y + line.height for line in lines), default=box.position_y)


@needs_pdf
@pytest.mark.parametrize("many", [0, 1, 60])
@pytest.mark.parametrize("paper", PAGES)
def test_paper_has_its_pages_and_nothing_goes_past_its_place(world, rf, paper, many):
    fill(world, many)
    pages = laid_out(sheet_of(rf), paper)
    assert len(pages) == PAGES[paper]
    seen = 0
    for page in pages:
        for name, box in boxes(page, BOXES):
            seen += 1
            if name in ("entry", "blank", "first", "contact", "top", "end", "notes"):
                assert bottom_of(box) <= box.position_y + box.margin_height() + 0.5, (name, many)
    assert seen >= {"feuille": 5, "aimant": 32}[paper]


@needs_pdf
@pytest.mark.parametrize(("kind", "slug"), [("territoire", "la-mitis"), ("theme", "alimentation")])
def test_mrc_and_theme_have_the_same_number_of_pages(world, rf, kind, slug):
    fill(world, 60)
    Territory.objects.update(contact_phone="418 722-0000, poste 12")
    sheet = sheet_of(rf, kind, slug)
    assert {paper: len(laid_out(sheet, paper)) for paper in PAGES} == PAGES


@needs_pdf
@pytest.mark.parametrize(("many", "expected"), [(0, (0, 15)), (1, (1, 14)), (60, (15, 0))])
def test_inside_has_fifteen_places_whatever_the_services(world, rf, many, expected):
    fill(world, many)
    inside = laid_out(sheet_of(rf), "feuille")[1]
    found = [name for name, box in boxes(inside, ("entry", "blank")) if box.element.tag == "div"]
    assert (found.count("entry"), found.count("blank")) == expected


def test_style_is_black_and_white_with_fonts_of_the_system():
    style = (Path(settings.BASE_DIR) / "static" / "css" / STYLE).read_text(encoding="utf-8")
    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)|hsla?\([^)]*\)", style))
    assert colours == {"#000000", "#ffffff"}
    assert "@font-face" not in style
    assert "url(" not in style


@needs_pdf
@pytest.mark.parametrize("paper", PAGES)
def test_paper_is_drawn_in_black_and_white_tagged_and_titled(world, rf, paper):
    services(world, 3)
    html = render_to_string(_PAPERS[paper], _context(sheet_of(rf)))
    content = pdf.make(html, style=STYLE, uncompressed_pdf=True).decode("latin-1")
    drawn = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)\b", content)
    assert {*drawn} <= {("0", "0", "0"), ("1", "1", "1"), ("0.0", "0.0", "0.0"), ("1.0", "1.0", "1.0")}
    assert len(drawn) > 0
    assert not re.search(r"[\d.]+ [\d.]+ [\d.]+ [\d.]+ [kK]\b", content)
    for said in ("/StructTreeRoot", "/Marked true", "/Lang (fr-CA)", "/DisplayDocTitle true"):
        assert said in content, said


@needs_pdf
def test_same_data_make_the_same_bytes(world, get):
    services(world, 2)
    first = get("/frigo/municipalite/mont-joli/feuille.pdf")
    pdf._kept.clear()
    freshness.forget()
    assert get("/frigo/municipalite/mont-joli/feuille.pdf").content == first.content
    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"] == 'inline; filename="feuille-mont-joli.pdf"'
    again = get("/frigo/municipalite/mont-joli/feuille.pdf", **{"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_server_without_pdf_says_how_to_print(world, get, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    page = get("/frigo/municipalite/mont-joli/").content.decode()
    assert "imprimez cette page depuis votre navigateur" in page
    assert "feuille.pdf" not in page
    refused = get("/frigo/municipalite/mont-joli/feuille.pdf")
    assert (refused.status_code, "Ce serveur ne produit pas de PDF" in refused.content.decode()) == (
        404,
        True,
    )


def test_busy_server_says_to_come_back(world, get, monkeypatch):
    def busy(*arguments, **options):
        raise pdf.Busy

    monkeypatch.setattr(pdf, "available", lambda: True)
    monkeypatch.setattr(pdf, "make", busy)
    refused = get("/frigo/municipalite/mont-joli/aimant.pdf")
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")


def test_card_of_a_theme_leaves_room_for_the_mrc_unless_it_is_full(world, rf):
    theme = find(directory_of(rf), "theme", "alimentation")
    blank = "<b>Ma MRC\xa0:</b>"
    few = render_to_string(_PAPERS["aimant"], _context(build(directory_of(rf), theme)))
    assert few.count(blank) == 8
    place = render_to_string(_PAPERS["aimant"], _context(sheet_of(rf)))
    assert place.count(blank) == 0
