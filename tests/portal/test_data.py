"""« Données ouvertes »: public columns only, explained one by one, with licence and citation."""

import csv
import io
import json
import re
from decimal import Decimal

import pytest

from alliance.lib.templatetags.francais import pluriel
from alliance.portal import directory as memory
from alliance.portal.directory import build
from alliance.portal.figures import totals
from alliance.portal.lists.open_data import TABLES
from alliance.portal.lists.table import FORMATS
from alliance.portal.selection import Selection
from funding import ledger
from initiatives import actions
from initiatives.choices import PartnerRole, State
from territories import actions as places
from territories.choices import OrganizationKind
from territories.models import Organization, Territory

SECRET = "zythologie"
PUBLIC = {
    "initiatives": "numero titre resume etat continuite debut fin exercices theme_principal themes portee mrc municipalites "
    "porteur partenaires sources montant montant_compte personnes_jointes publiee_le demonstration page",
    "montants": "numero titre ligne mrc exercice source montant",
    "participations": "numero titre organisation role page_organisation",
    "organisations": "adresse nom nom_officiel type mrc_siege municipalite_siege mrc_desservies site_web telephone courriel "
    "initiatives demonstration page",
    "territoires": "code code_mamh division_recensement nom nom_complet chef_lieu rang population annee_population site_web "
    "a_joindre telephone courriel initiatives page",
    "municipalites": "code nom designation type mrc population annee_population latitude longitude site_web existe_depuis "
    "a_cesse_le regroupee_avec initiatives page",
    "themes": "adresse nom description initiatives page",
}


def rows_of(get, code, query=""):
    text = get(f"/donnees/{code}.csv{query}").content.decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_only_the_public_columns_are_given_and_each_is_explained(trio, get):
    directory = build(0)
    assert {
        code: " ".join(one.name for one in spec.columns(directory)) for code, spec in TABLES.items()
    } == PUBLIC
    page = get("/donnees/").content.decode()
    explained = 0
    for code, spec in TABLES.items():
        assert (
            " ".join(get(f"/donnees/{code}.csv").content.decode().splitlines()[0].split(",")) == PUBLIC[code]
        )
        for column in spec.columns(directory):
            assert re.fullmatch(r"[a-z][a-z_]*", column.name)
            assert column.kind in FORMATS
            assert column.meaning.endswith((".", "…"))
            assert f"<code>{column.name}</code></th><td>{column.kind}</td><td>{column.meaning}" in page
            explained += 1
    assert explained == 82


def test_every_format_of_every_table_holds_as_many_rows_as_the_page_says(trio, get):
    page, checked = get("/donnees/").content.decode(), 0
    for code, spec in TABLES.items():
        number = len(rows_of(get, code))
        assert f'{spec.title} <span class="meta">{pluriel(number, "ligne,lignes")}</span>' in page
        assert len(json.loads(get(f"/donnees/{code}.json").content)[code]) == number == spec.size(build(0))
        for kind in ("csv", "xlsx", "json"):
            assert f'href="/donnees/{code}.{kind}"' in page
            assert get(f"/donnees/{code}.{kind}").status_code == 200
            checked += 1
    assert checked == 21


def test_each_dollar_stands_once_in_the_lines(trio, get):
    dollars = ledger.total(Decimal(row["montant"]) for row in rows_of(get, "montants"))
    assert dollars == totals(Selection(build(0))).dollars == Decimal("12500.50")
    assert [(row["ligne"], row["mrc"], row["exercice"]) for row in rows_of(get, "montants")] == [
        ("MRC", "La Mitis", "2025-2026")
    ]


def test_contact_is_given_only_where_the_organization_agreed(trio, world, get):
    for organization, is_public in ((world.moisson, True), (world.cdc, False)):
        values = {
            "contact_email": f"{SECRET}-{is_public}@exemple.invalid",
            "contact_phone": "418 555-0199" if is_public else "418 555-0100",
            "contact_is_public": is_public,
            "note": SECRET + "-note",
        }
        places.update_organization(organization=organization, by=world.coordination, values=values)
    found = {row["nom"]: (row["telephone"], row["courriel"]) for row in rows_of(get, "organisations")}
    assert found[str(world.moisson)] == ("418 555-0199", f"{SECRET}-True@exemple.invalid")
    assert found[str(world.cdc)] == ("", "")
    for code in TABLES:
        for kind in ("csv", "json"):
            text = get(f"/donnees/{code}.{kind}").content.decode()
            assert f"{SECRET}-False" not in text
            assert f"{SECRET}-note" not in text
            assert "555-0100" not in text


def test_what_is_not_public_is_absent(trio, world, get):
    for state in State:
        world.initiative(state, title=f"{SECRET} {state}")
    hidden = world.published(title=f"{SECRET} retirée")
    actions.unpublish(initiative=hidden, by=world.coordination)
    values = {"name": f"{SECRET} inc.", "kind": OrganizationKind.COMMUNITY}
    unlisted = places.create_organization(by=world.agent_mitis, values=values)
    merged = Organization.objects.create(name=f"{SECRET} fusionnée", slug="fusionnee", kind="autre")
    Organization.objects.filter(pk=merged.pk).update(merged_into=world.cdc, is_active=False)
    for code in TABLES:
        assert SECRET not in get(f"/donnees/{code}.csv").content.decode().lower(), code
    world.published(title="Avec elle", partners=[(unlisted, PartnerRole.LEAD, "")])
    assert f"{SECRET} inc." in {row["nom"] for row in rows_of(get, "organisations")}


def test_counts_are_those_of_the_lists(trio, get):
    found = {row["adresse"]: int(row["initiatives"]) for row in rows_of(get, "themes")}
    assert found == {
        label.slug: Selection(build(0), {"theme": (label.slug,)}).count
        for label in build(0).labels.all("theme")
    }
    mitis = next(row for row in rows_of(get, "territoires") if row["nom"] == "La Mitis")
    assert mitis["initiatives"] == "1"  # the region-wide one is not in it
    assert len(rows_of(get, "territoires")) == Territory.objects.count() == 8


def test_page_names_licence_attribution_and_how_to_cite(trio, get):
    page = get("/donnees/").content.decode()
    for said in (
        'href="https://creativecommons.org/licenses/by/4.0/deed.fr"',
        "Répertoire des municipalités du Québec",
        "Données Québec (CC BY 4.0)",
        "Statistique Canada",
        "Comment citer",
        "À chaque publication",
    ):
        assert said in page, said
    assert 'href="/donnees/">Données ouvertes</a>' in get("/").content.decode()


def test_unknown_parameter_is_refused_with_the_reason(trio, get):
    answer = get("/donnees/themes.csv?theme=logement")
    assert (answer.status_code, "Le paramètre «\xa0theme\xa0» n’existe pas." in answer.content.decode()) == (
        400,
        True,
    )
    assert get("/donnees/themes.json?format=excel").status_code == 400
    assert get("/donnees/themes.csv?format=excel").content.startswith("\ufeffadresse;nom;".encode())


@pytest.mark.parametrize("rows", [1, 3])
def test_page_and_tables_take_at_most_four_queries(world, get, django_assert_max_num_queries, rows):
    for number in range(rows):
        world.published(
            title=f"Initiative {number}", award="500", partners=[(world.cdc, PartnerRole.LEAD, "")]
        )
    paths = ["/donnees/", *(f"/donnees/{code}.{kind}" for code in TABLES for kind in ("csv", "xlsx", "json"))]
    for path in paths:
        memory.forget()
        with django_assert_max_num_queries(4):
            assert get(path).status_code == 200
    assert len(paths) == 22
