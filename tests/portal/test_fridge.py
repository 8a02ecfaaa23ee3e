"""« À mettre sur le frigo »: the page, the text for a bulletin, the short addresses, what is chosen and what it costs."""

from datetime import date
from itertools import count

import pytest
import segno

from alliance.portal import directory as memory
from alliance.portal import freshness
from alliance.portal.demo import contacts
from alliance.portal.figures.fridge import to_call
from alliance.portal.fridge import bulletin
from alliance.portal.fridge.qr import code_of
from alliance.portal.fridge.sheet import MOST_ON_SHEET, build, clipped
from alliance.portal.fridge.subject import find
from initiatives.choices import Cost, PartnerRole, State
from initiatives.models import EasyText, Initiative
from territories.models import Organization, Territory
from tests.portal.fridge_world import directory_of, services

_numbers = count(1)


def sheet_of(request, kind="municipalite", slug="mont-joli"):
    directory = directory_of(request)
    return build(directory, find(directory, kind, slug))


@pytest.mark.parametrize("path", ["municipalite/mont-joli", "territoire/la-mitis", "theme/alimentation"])
def test_page_gives_help_first_then_the_numbers(world, get, path):
    services(world, 2)
    page = get(f"/frigo/{path}/").content.decode()
    assert page.index('href="tel:211"') < page.index("418 722-0001")
    assert "C’est gratuit et confidentiel." in page
    assert page.count('class="fridge-phone"') == 2


def test_mrc_without_number_and_mrc_with_one(world, get):
    assert (
        "Son numéro n’est pas encore inscrit ici." in get("/frigo/municipalite/mont-joli/").content.decode()
    )
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 722-7777", contact_name="Accueil")
    page = get("/frigo/municipalite/mont-joli/").content.decode()
    assert (
        'href="tel:+14187227777">418 722-7777</a> <span><strong>MRC de La Mitis</strong><br>Accueil' in page
    )


def test_nothing_to_call_leaves_room_to_write(world, get):
    page = get("/frigo/municipalite/amqui/").content.decode()
    assert "Aucun service d’ici n’a encore inscrit son numéro ici. Composez le 211." in page


def test_choice_leads_to_its_sheets_and_a_wrong_one_is_said(world, get):
    assert get("/frigo/?pour=theme:logement")["Location"] == "/frigo/theme/logement/"
    for wrong in ("rien", "theme:rien", "organisation:moisson-mitis", ":", "theme:"):
        refused = get(f"/frigo/?pour={wrong}")
        assert refused.status_code == 400
        assert "Cet endroit ou ce thème n’existe pas ici." in refused.content.decode()
    assert get("/frigo/?pour=").status_code == 200


def test_short_addresses_lead_to_the_public_page_of_the_thing(world, get):
    answers = {
        code: (get(f"/f/{code}/").status_code, get(f"/f/{code}/").get("Location"))
        for code in ("09077", "09", "logement", "LOGEMENT", "99", "99999", "123", "rien")
    }
    assert answers == {
        "09077": (302, "/municipalites/mont-joli/"),
        "09": (302, "/territoires/la-mitis/"),
        "logement": (302, "/themes/logement/"),
        "LOGEMENT": (302, "/themes/logement/"),
        **dict.fromkeys(("99", "99999", "123", "rien"), (404, None)),
    }


def test_unknown_things_are_not_found(world, get):
    for path in (
        "municipalite/rien/",
        "organisation/moisson-mitis/",
        "theme/logement/autre.pdf",
        "theme/rien/feuille.pdf",
    ):
        assert get(f"/frigo/{path}").status_code == 404, path


def test_only_what_is_still_on_is_printed(world, rf):
    world.published(State.COMPLETED, title="Finie")
    world.published(State.IN_PROGRESS, title="Passée", starts_on=date(2024, 5, 1), ends_on=date(2024, 6, 1))
    world.published(State.APPROVED, title="Prévue", ends_on=date(2099, 1, 1))
    world.published(State.IN_PROGRESS, title="En cours", ends_on=date(2099, 1, 1))
    directory = directory_of(rf.get("/"))
    label = find(directory, "municipalite", "mont-joli").label
    assert [row.title for row in to_call(directory, label)] == ["En cours", "Prévue"]


def test_the_nearest_come_first_then_the_mrc_then_the_region(world, rf):
    later = {"ends_on": date(2099, 1, 1)}
    world.published(title="Z ici", **later)
    world.published(title="B dans la MRC", municipalities=[], **later)
    world.published(title="A région", scope="regional", territories=[], municipalities=[], **later)
    world.published(title="Ailleurs", municipalities=[world.municipalities["09048"]], **later)
    EasyText.objects.bulk_create(
        EasyText(initiative=row, what="Un service", phone="418 722-0000") for row in Initiative.objects.all()
    )
    sheet = sheet_of(rf.get("/"))
    assert [entry.title for entry in sheet.entries] == ["Z ici", "B dans la MRC", "A région"]


def test_public_telephone_of_who_carries_it_stands_when_there_is_no_short_version(world, rf):
    world.published(title="Sans version", ends_on=date(2099, 1, 1))
    Organization.objects.filter(pk=world.moisson.pk).update(contact_phone="418 722-1111")
    assert sheet_of(rf.get("/")).entries == ()
    Organization.objects.filter(pk=world.moisson.pk).update(contact_is_public=True)
    entries = sheet_of(rf.get("/")).entries
    assert [(entry.title, entry.phone) for entry in entries] == [("Sans version", "418 722-1111")]


def test_organization_of_the_place_follows_and_is_not_said_twice(world, rf):
    services(world, 1)
    Organization.objects.filter(pk__in=(world.cdc.pk, world.moisson.pk)).update(
        contact_phone="418 722-2222", contact_is_public=True, seat_territory=world.territories["la-mitis"]
    )
    titles = [entry.title for entry in sheet_of(rf.get("/")).entries]
    assert titles == [Initiative.objects.get().title, str(world.cdc)]


def test_what_does_not_fit_is_counted(world, rf):
    services(world, MOST_ON_SHEET + 4)
    sheet = sheet_of(rf.get("/"))
    assert (len(sheet.entries), sheet.more) == (MOST_ON_SHEET, 4)


def test_what_has_no_telephone_is_counted_too(world, rf):
    services(world, 2)
    world.published(title="Muette", ends_on=date(2099, 1, 1))
    sheet = sheet_of(rf.get("/"))
    assert (len(sheet.entries), sheet.more) == (2, 1)


def test_verified_is_said_only_when_everything_was(world, rf):
    rows = services(world, 2)
    rows[0].verified_on = date(2026, 1, 5)
    rows[0].save()
    assert sheet_of(rf.get("/")).verified_on is None
    Initiative.objects.filter(pk=rows[1].pk).update(verified_on=date(2025, 12, 1))
    assert sheet_of(rf.get("/")).verified_on == date(2025, 12, 1)


def _initiative(world, row):
    Initiative.objects.filter(pk=row.pk).update(is_demo=True)


def _who_carries_it(world, row):
    EasyText.objects.update(phone="")
    lead = Organization.objects.filter(partnerships__initiative=row, partnerships__role=PartnerRole.LEAD)
    lead.update(is_demo=True, contact_phone="418 722-0009", contact_is_public=True)


def _organization(world, row):
    Organization.objects.filter(pk=world.cdc.pk).update(
        is_demo=True,
        contact_phone="418 722-0009",
        contact_is_public=True,
        is_listed=True,
        seat_territory=world.territories["la-mitis"],
    )


def _contact_of_the_mrc(world, row):
    contacts.write(world.coordination)


@pytest.mark.parametrize("invented", [_initiative, _who_carries_it, _organization, _contact_of_the_mrc])
def test_demonstration_is_marked_by_what_is_invented(world, get, rf, invented):
    row, page = services(world, 1)[0], "/frigo/municipalite/mont-joli/"
    assert not sheet_of(rf.get("/")).is_demo
    assert "sont inventés" not in get(page).content.decode()
    invented(world, row)
    memory.forget()
    freshness.forget()
    assert sheet_of(rf.get("/")).is_demo
    assert "sont inventés" in get(page).content.decode()
    text = get(f"{page}bulletin.txt").content.decode()
    assert text.endswith("Données de démonstration.\n")


def test_real_number_that_looks_invented_is_not_marked(world, rf):
    services(world, 1, phone="418 555-0101")
    assert not sheet_of(rf.get("/")).is_demo


@pytest.mark.parametrize("many", [0, 1, 60])
def test_bulletin_holds_in_120_words_with_its_typography(world, rf, many):
    services(world, many, title="Covoiturage solidaire vers les services de santé")
    text = bulletin.text_of(sheet_of(rf.get("/")))
    assert bulletin.words(text) <= bulletin.MOST_WORDS
    assert "Composez le 211\u00a0: une personne" in text
    assert " :" not in text
    assert "'" not in text
    assert ("On peut aussi appeler" in text) is (many > 0)


def test_bulletin_holds_as_many_services_as_it_can(world, rf):
    services(world, 3, title="Repas")
    text = bulletin.text_of(sheet_of(rf.get("/")))
    assert text.count("418\u00a0722-") == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("court", "court"),
        ("un deux trois quatre", "un deux…"),
        ("a" * 30, "a" * 11 + "…"),
        ("un deux, trois", "un deux…"),
        ("deux\nlignes", "deux lignes"),
    ],
)
def test_long_text_is_cut_between_words(text, said):
    assert clipped(text, 12) == said


def test_drawing_is_the_standard_code_with_its_white_around():
    address = "https://alliance.exemple/f/09077/"
    code, matrix = code_of(address), segno.make(address, error="m", micro=False).matrix
    dark = {(x, y) for y, line in enumerate(matrix) for x, module in enumerate(line) if module}
    drawn = set()
    for part in code.path.removeprefix("M").split("M"):
        at, run = part.split("h", 1)
        x, y = (int(number) - 4 for number in at.split())
        drawn |= {(x + step, y) for step in range(int(run.split("v")[0]))}
    assert drawn == dark
    assert code.size == len(matrix) + 8


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize("path", ["municipalite/mont-joli", "territoire/la-mitis", "theme/alimentation"])
def test_page_costs_four_queries_at_most_and_as_many_for_one_as_for_three(
    world, get, django_assert_max_num_queries, path, many
):
    services(world, many, cost=Cost.FREE)
    with django_assert_max_num_queries(4):
        assert get(f"/frigo/{path}/").status_code == 200
    with django_assert_max_num_queries(1):
        get(f"/frigo/{path}/")
