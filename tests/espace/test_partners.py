"""Partners of a file: found, added in a role, or created after a look at those that resemble them."""

import pytest

from initiatives import actions
from initiatives.choices import PartnerRole
from territories import actions as territory_actions
from territories.choices import OrganizationKind
from territories.models import Organization
from territories.twins import look_alikes


def organization(world, name, **values):
    return territory_actions.create_organization(
        by=world.coordination, values={"name": name, "kind": OrganizationKind.COMMUNITY} | values
    )


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


@pytest.fixture
def draft(world):
    return world.initiative(partners=[])


def partners_of(draft):
    return [(p.organization.name, p.role) for p in draft.partnerships.order_by("pk")]


def search(agent, draft, q):
    return agent.get(f"/espace/initiatives/{draft.pk}/partenaires/", {"q": q})


@pytest.mark.parametrize("q", ["grandes marees", "GRANDES MARÉES", "cdc", "marée grande"])
def test_search_ignores_accents_and_case(world, agent, draft, q):
    page = search(agent, draft, q).content.decode()
    assert "1 organisation trouvée" in page
    assert "CDC des Grandes Marées" in page


@pytest.mark.parametrize("q", ["%", "_", "'", "\x00", "le", "a" * 5000, "東京", "<script>alert(1)</script>"])
def test_search_for_anything_answers(world, agent, draft, q):
    for answer in (search(agent, draft, q), agent.get("/espace/partenaires/", {"q": q})):
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert "Moisson Mitis" not in answer.content.decode()


def test_lead_is_added_then_replaced_and_partners_accumulate(world, agent, draft):
    where = f"/espace/initiatives/{draft.pk}/partenaires/"
    for row, role in (
        (world.moisson, "lead"),
        (world.cdc, "lead"),
        (world.moisson, "partner"),
        (world.moisson, "partner"),
        (world.cdc, "fiduciary"),
    ):
        assert agent.post(where, {"organization": row.pk, "role": role}).status_code == 302
    assert partners_of(draft) == [
        (world.cdc.name, "lead"),
        (world.moisson.name, "partner"),
        (world.cdc.name, "fiduciary"),
    ]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"organization": "0", "role": "lead"}, 404),
        ({"organization": "9" * 30, "role": "lead"}, 404),
        ({"organization": "abc", "role": "lead"}, 404),
        ({"organization": "１", "role": "lead"}, 404),
        ({"role": "lead"}, 404),
        ({}, 404),
    ],
)
def test_unknown_organization_is_404(world, agent, draft, fields, status):
    assert agent.post(f"/espace/initiatives/{draft.pk}/partenaires/", fields).status_code == status


def test_unknown_role_is_404(world, agent, draft):
    fields = {"organization": world.moisson.pk, "role": "owner"}
    assert agent.post(f"/espace/initiatives/{draft.pk}/partenaires/", fields).status_code == 404


def test_committee_leads_but_does_not_hold_the_money(world, agent, draft):
    committee = organization(world, "Comité Bouffe", kind=OrganizationKind.COMMITTEE)
    where = f"/espace/initiatives/{draft.pk}/partenaires/"
    agent.post(where, {"organization": committee.pk, "role": "fiduciary"})
    assert partners_of(draft) == []
    assert "n’a pas de personnalité juridique" in agent.get(where).content.decode()
    agent.post(where, {"organization": committee.pk, "role": "lead"})
    assert partners_of(draft) == [("Comité Bouffe", "lead")]
    assert (
        "Choisissez aussi une organisation fiduciaire"
        in agent.get(f"/espace/initiatives/{draft.pk}/modifier/organisme/").content.decode()
    )


def test_concertation_never_leads(world, agent, draft):
    table = organization(world, "Alliance régionale", kind=OrganizationKind.ALLIANCE)
    agent.post(f"/espace/initiatives/{draft.pk}/partenaires/", {"organization": table.pk, "role": "lead"})
    assert partners_of(draft) == []


def create(agent, draft, **fields):
    given = {"name": "", "kind": "organisme_communautaire", "role": "partner"} | fields
    return agent.post(f"/espace/initiatives/{draft.pk}/partenaires/creer/", given)


def test_new_organization_without_look_alike_is_created_and_added_once(world, agent, draft):
    answers = [
        create(agent, draft, name="Cuisine du fleuve", contact_phone="418 722-0000", legal="oui")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [302, 302]
    made = Organization.objects.get(name="Cuisine du fleuve")
    assert (made.has_legal_personality, made.contact_phone, made.contact_is_public) == (
        True,
        "418 722-0000",
        False,
    )
    assert partners_of(draft) == [("Cuisine du fleuve", "partner")]


def test_organization_of_a_draft_waits_to_be_listed_and_one_of_the_staff_does_not(world, agent, draft):
    create(agent, draft, name="Cuisine du fleuve")
    create(agent, draft, name="Cuisine du large", is_listed="on")
    organization(world, "Cuisine du quai")
    listed = Organization.objects.filter(name__startswith="Cuisine").values_list("name", "is_listed")
    assert sorted(listed) == [
        ("Cuisine du fleuve", False),
        ("Cuisine du large", False),
        ("Cuisine du quai", True),
    ]


def test_look_alike_is_shown_with_its_reason_then_confirmed(world, agent, draft):
    refused = create(agent, draft, name="Moisson Mitys")
    page = refused.content.decode()
    assert refused.status_code == 422
    assert ("Moisson Mitis" in page, "nom presque identique" in page) == (True, True)
    assert not Organization.objects.filter(name="Moisson Mitys").exists()
    other_name = create(agent, draft, name="CDC Grandes Marée", confirmed="moisson mitys")
    assert other_name.status_code == 422
    assert create(agent, draft, name="Moisson Mitys", confirmed="moisson mitys").status_code == 302
    assert Organization.objects.filter(name="Moisson Mitys").count() == 1


def test_same_name_is_never_created_again(world, agent, draft):
    answer = create(agent, draft, name="MOISSON  mitis", confirmed="moisson mitis")
    assert (answer.status_code, "Cette organisation existe déjà" in answer.content.decode()) == (422, True)
    assert Organization.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "a" * 201),
        ("name", "a\x00b"),
        ("kind", "concertation"),
        ("kind", ""),
        ("neq", "123"),
        ("neq", "12345678901"),
        ("contact_phone", "911"),
        ("contact_phone", "a" * 100),
        ("contact_email", "a@b"),
        ("contact_email", "a@b.ca\r\nBcc: c@d.ca"),
        ("website", "javascript:alert(1)"),
        ("website", "http://user:pass@evil.ca"),
        ("website", "//evil"),
        ("seat_territory", "9" * 30),
        ("legal", "peut-être"),
    ],
)
def test_bad_organization_is_refused_beside_its_field(world, agent, draft, field, text):
    answer = create(agent, draft, **({"name": "Cuisine du fleuve"} | {field: text}))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert Organization.objects.count() == 2


def test_same_neq_names_its_holder(world, agent, draft):
    organization(world, "Frigo libre", neq="1140000000")
    page = create(agent, draft, name="Tout autre nom", neq="1140000000").content.decode()
    assert "Frigo libre porte déjà ce NEQ" in page


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        ("Moisson de la Mitis inc.", "Moisson Mitis", "même nom"),
        ("Office d'habitation Mitis", "Office d’habitation de La Mitis", "même nom"),
        ("Mitis Moisson", "Moisson Mitis", "même nom"),
        ("Moison Mitis", "Moisson Mitis", "nom presque identique"),
        ("Moisson Mitis de Mont-Joli", "Moisson Mitis", "nom contenu dans l’autre"),
        ("AMS", "Accueil maternité solidarité", "même sigle"),
        ("Accueil maternité solidarité", "AMS", "même sigle"),
    ],
)
def test_look_alikes_by_name(world, name, known, reason):
    if known != "Moisson Mitis":
        organization(world, known)
    assert [(twin.organization.name, twin.reason) for twin in look_alikes(name)] == [(known, reason)]


def test_look_alikes_by_what_is_known_of_them(world):
    row = organization(
        world,
        "Cuisine du fleuve",
        contact_phone="418 722-0000, poste 12",
        contact_email="a@b.ca",
        neq="1140000000",
    )
    assert [(t.organization, t.reason) for t in look_alikes("Autre", phone="418 722-0000")] == [
        (row, "même téléphone")
    ]
    assert [(t.organization, t.reason) for t in look_alikes("Autre", email="A@b.ca")] == [
        (row, "même courriel")
    ]
    assert [(t.organization, t.reason) for t in look_alikes("Autre", neq="1140000000")] == [(row, "même NEQ")]


@pytest.mark.parametrize("name", ["", "Maison des jeunes", "Les", "東京"])
def test_different_names_have_no_look_alike(world, name):
    assert look_alikes(name) == []


def test_two_organizations_of_one_role_are_kept_apart(world, draft):
    rows = [(world.moisson, PartnerRole.PARTNER, ""), (world.cdc, PartnerRole.PARTNER, "")]
    actions.update(initiative=draft, by=world.agent_mitis, values={}, partners=rows)
    assert len(partners_of(draft)) == 2


def test_every_form_that_posts_carries_its_token(world, agent, draft):
    base = f"/espace/initiatives/{draft.pk}/"
    addresses = ["/espace/", "/espace/initiatives/nouvelle/", base, f"{base}modifier/", f"{base}retirer/"]
    ready = world.initiative()
    pages = [agent.get(address) for address in [*addresses, f"/espace/initiatives/{ready.pk}/deposer/"]]
    pages += [search(agent, draft, "mitis"), create(agent, draft, name="Moisson Mitys")]
    counts = [
        (page.content.count(b'method="post"'), page.content.count(b"csrfmiddlewaretoken")) for page in pages
    ]
    assert [posts for posts, _ in counts] == [tokens for _, tokens in counts]
    assert [posts for posts, _ in counts] == [1, 2, 1, 1, 2, 2, 2, 3]


def test_partner_that_a_colleague_adds_meanwhile_stays(world, agent, draft, monkeypatch):
    """The colleague's partner arrives between the reading of the page and the writing."""
    late = organization(world, "Cuisine du fleuve")
    add = actions.add_partner

    def after_a_colleague(**keywords):
        keywords["by"] = world.coordination
        add(**(keywords | {"organization": late, "role": PartnerRole.PARTNER, "note": "Deux cuisines"}))
        return add(**(keywords | {"by": world.agent_mitis}))

    monkeypatch.setattr(actions, "add_partner", after_a_colleague)
    where = f"/espace/initiatives/{draft.pk}/partenaires/"
    assert agent.post(where, {"organization": world.moisson.pk, "role": "partner"}).status_code == 302
    assert partners_of(draft) == [("Cuisine du fleuve", "partner"), ("Moisson Mitis", "partner")]
    assert draft.partnerships.get(organization=late).note == "Deux cuisines"


def test_adding_a_partner_counts_one_version_and_once(world, draft):
    for _ in range(2):
        actions.add_partner(
            initiative=draft, by=world.agent_mitis, organization=world.moisson, role=PartnerRole.LEAD
        )
    before, draft.version = draft.version, None
    draft.refresh_from_db()
    assert (draft.version, "moisson" in draft.search_text) == (before + 1, True)


def test_sixty_partners_are_enough(world, agent, draft, monkeypatch):
    monkeypatch.setattr("initiatives.actions.files.MOST_PARTNERS", 1)
    where = f"/espace/initiatives/{draft.pk}/partenaires/"
    agent.post(where, {"organization": world.moisson.pk, "role": "partner"})
    answer = agent.post(where, {"organization": world.cdc.pk, "role": "partner"}, follow=True)
    assert "au plus 1 partenaires" in answer.content.decode()
    assert partners_of(draft) == [("Moisson Mitis", "partner")]
