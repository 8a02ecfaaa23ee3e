"""The version « facile à lire »: who writes it, two writers at once, what the page shows, and the public page."""

import html
import time
from datetime import date

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from alliance.lib import plain
from alliance.lib.workflow import NotAllowed, Stale
from initiatives.actions import easy as actions
from initiatives.choices import Cost, State
from initiatives.forms.easy import EasyForm, proposed
from initiatives.models import EasyText, Initiative, InitiativePastSlug
from territories.models import Territory
from tests.portal.conftest import get  # noqa: F401  # a fixture
from tests.world import PASSWORD

SAID = {
    "what": "On mange ensemble. C’est le midi.",
    "who": "Pour tout le monde.",
    "where": "Au 12, rue Principale.",
    "how": "Appelez.",
    "cost": Cost.FREE,
    "cost_note": "",
    "phone": "418 722-0000",
}
LATER = date(2099, 3, 31)
HELP = '<p>Pour de l’aide maintenant, composez le <a href="tel:211">211</a>.</p>'


def page_of(initiative):
    return reverse("espace:easy", args=[initiative.pk])


def post(client, initiative, do="enregistrer", **changes):
    return client.post(page_of(initiative), {**SAID, "mark": "", "do": do, **changes})


def test_agent_writes_it_and_it_is_public_with_the_initiative(world, client_for, get):  # noqa: F811
    initiative = world.published(ends_on=LATER)
    answer = post(client_for(world.agent_mitis), initiative)
    assert (answer.status_code, answer["Location"]) == (302, page_of(initiative))
    row = EasyText.objects.get()
    assert {name: getattr(row, name) for name in actions.FIELDS} == SAID
    assert row.history.get().history_user == world.agent_mitis
    page = get(f"/initiatives/{initiative.slug}/facile-a-lire/").content.decode()
    for said in (
        "<p>On mange ensemble.</p><p>C’est le midi.</p>",
        "C’est gratuit.",
        'href="tel:+14187220000"',
    ):
        assert said in page


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("agent_mitis", 302),
        ("coordination", 302),
        ("administration", 302),
        ("agent_temis", 404),
        ("committee_mitis", 403),
        ("accounting", 403),
        ("reader", 403),
    ],
)
def test_only_who_enters_files_writes_it(world, client_for, person, status):
    initiative = world.published()
    assert post(client_for(getattr(world, person)), initiative).status_code == status
    assert EasyText.objects.count() == (status == 302)


def test_action_refuses_whom_the_page_refuses(world):
    initiative = world.published()
    for person in ("agent_temis", "committee_mitis", "accounting", "reader"):
        for verb, values in ((actions.write, {"values": SAID}), (actions.remove, {})):
            with pytest.raises(NotAllowed):
                verb(initiative=initiative, by=getattr(world, person), **values)


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.COMPLETED])
def test_it_is_written_in_every_state_and_private_before_publication(world, client_for, get, state):  # noqa: F811
    initiative = world.initiative(state)
    assert post(client_for(world.agent_mitis), initiative).status_code == 302
    assert get(f"/initiatives/{initiative.slug}/facile-a-lire/").status_code == 404


def test_second_writer_is_told_and_both_versions_are_shown(world, client_for):
    initiative = world.published()
    actions.write(initiative=initiative, by=world.coordination, values=SAID)
    late = post(client_for(world.agent_mitis), initiative, what="On cuisine ensemble.")
    text = late.content.decode()
    assert late.status_code == 409
    assert "Une autre personne a modifié cette version" in text
    assert "On cuisine ensemble.</textarea>" in text
    assert "On mange ensemble." in text
    assert EasyText.objects.get().what == SAID["what"]
    mark = late.context["form"]["mark"].value()
    assert post(client_for(world.agent_mitis), initiative, what="On cuisine.", mark=mark).status_code == 302
    assert EasyText.objects.get().what == "On cuisine."


def test_double_click_is_one_version(world, client_for):
    initiative, agent = world.published(), client_for(world.agent_mitis)
    assert [post(agent, initiative).status_code for _click in range(2)] == [302, 302]
    assert EasyText.objects.get().history.count() == 1


def test_removal_is_kept_in_the_history_and_refuses_a_version_not_read(world, client_for):
    initiative, agent = world.published(), client_for(world.agent_mitis)
    row = actions.write(initiative=initiative, by=world.agent_mitis, values=SAID)
    with pytest.raises(Stale):
        actions.remove(initiative=initiative, by=world.agent_mitis, expected="")
    assert post(agent, initiative, do="retirer").status_code == 409
    assert post(agent, initiative, do="retirer", mark=actions.mark_of(row)).status_code == 302
    assert EasyText.objects.count() == 0
    assert EasyText.history.latest("history_id").history_type == "-"
    assert actions.remove(initiative=initiative, by=world.agent_mitis) is False


def test_checking_saves_nothing_and_shows_what_is_hard(world, client_for):
    initiative = world.published()
    answer = post(
        client_for(world.agent_mitis),
        initiative,
        do="verifier",
        what="Vous devez effectuer une demande au FQIS.",
    )
    text = html.unescape(answer.content.decode())
    assert (answer.status_code, EasyText.objects.count()) == (200, 0)
    assert "«\xa0effectuer\xa0» est un mot difficile. Essayez\xa0: faire." in text
    assert "«\xa0FQIS\xa0» n’est pas expliqué." in text
    assert "Vérifié. Rien n’est encore enregistré." in text


def test_what_is_hard_never_stops_anybody(world, client_for):
    initiative = world.published()
    hard = "SUITE À L’OBTENTION D’UNE ATTESTATION, le requérant sera convoqué par le CISSS."
    assert plain.read(hard).score == plain.DIFFICULT
    assert post(client_for(world.agent_mitis), initiative, what=hard).status_code == 302
    assert EasyText.objects.get().what == hard


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"what": ""}, "Dites ce que c’est."),
        ({"what": "a" * 401}, "Inscrivez au plus 400 caractères (il y en a 401)"),
        ({"who": "a" * 301}, "Inscrivez au plus 300 caractères (il y en a 301)"),
        ({"phone": "le comptoir"}, "Inscrivez un numéro de téléphone de 10 chiffres"),
        ({"phone": "1 900 643-1234"}, "appeler celui-ci coûte un supplément"),
        ({"phone": "+33 1 42 68 53 00"}, "Inscrivez un numéro du Canada ou des États-Unis"),
        ({"cost": "beaucoup"}, "beaucoup"),
    ],
)
def test_what_cannot_be_saved_is_said_and_kept(world, client_for, changes, said):
    initiative = world.published()
    answer = post(client_for(world.agent_mitis), initiative, **changes)
    assert (answer.status_code, EasyText.objects.count()) == (422, 0)
    text = answer.content.decode()
    assert said in text
    assert "Au 12, rue Principale.</textarea>" in text


def test_action_checks_what_the_form_checks(world):
    initiative = world.published()
    for values in ({"what": ""}, {"what": "a" * 401}, {"what": "x", "cost": "beaucoup"}):
        with pytest.raises(ValidationError):
            actions.write(initiative=initiative, by=world.agent_mitis, values=values)
    with pytest.raises(TypeError):
        actions.write(initiative=initiative, by=world.agent_mitis, values={"title": "x"})


def test_first_page_proposes_what_the_file_says(world, client_for):
    initiative = world.published(summary="Un frigo pour tous. Il est ouvert.")
    assert proposed(initiative) == {
        "what": "Un frigo pour tous.",
        "who": "Pour\xa0: familles.",
        "where": "Mont-Joli.",
        "how": f"Appelez {world.moisson}.",
        "phone": "",
        "cost": Cost.UNKNOWN,
    }
    text = client_for(world.agent_mitis).get(page_of(initiative)).content.decode()
    assert "Un frigo pour tous.</textarea>" in text
    assert EasyText.objects.count() == 0


def test_form_has_the_limits_of_the_table():
    limits = {name: EasyText._meta.get_field(name).max_length for name in actions.FIELDS if name != "cost"}
    assert {name: EasyForm.base_fields[name].max_length for name in limits} == limits


def test_public_page_is_unknown_without_a_version_and_follows_old_addresses(world, get):  # noqa: F811
    initiative = world.published()
    assert get(f"/initiatives/{initiative.slug}/facile-a-lire/").status_code == 404
    assert get("/initiatives/rien/facile-a-lire/").status_code == 404
    actions.write(initiative=initiative, by=world.agent_mitis, values=SAID)
    InitiativePastSlug.objects.create(initiative=initiative, slug="ancien")
    present = f"/initiatives/{initiative.slug}/facile-a-lire/"
    assert get("/initiatives/ancien/facile-a-lire/")["Location"] == present
    assert get(f"/initiatives/{initiative.slug.upper()}/facile-a-lire/")["Location"] == present


def test_unknown_price_is_not_free_and_no_number_leads_to_211(world, get):  # noqa: F811
    initiative = world.published(ends_on=LATER)
    actions.write(initiative=initiative, by=world.agent_mitis, values={"what": "Un repas."})
    page = get(f"/initiatives/{initiative.slug}/facile-a-lire/").content.decode()
    assert "C’est combien?" not in page
    assert "C’est gratuit.</p>" not in page
    assert page.index("Qui appeler?") < page.index('href="tel:211"')


def test_public_page_costs_four_queries_at_most(world, get, django_assert_max_num_queries):  # noqa: F811
    initiative = world.published()
    actions.write(initiative=initiative, by=world.agent_mitis, values=SAID)
    with django_assert_max_num_queries(4):
        assert get(f"/initiatives/{initiative.slug}/facile-a-lire/").status_code == 200


def test_agent_and_staff_are_led_to_it(world, client_for):
    initiative = world.published()
    link = page_of(initiative)
    for person, where in (
        (world.agent_mitis, reverse("espace:file", args=[initiative.pk])),
        (world.coordination, reverse("admin:initiatives_initiative_change", args=[initiative.pk])),
    ):
        assert f'href="{link}"' in client_for(person).get(where).content.decode()


def test_admin_finds_the_initiatives_that_have_none(world, client_for):
    with_one, without = world.published(title="Avec version"), world.published(title="Sans version")
    actions.write(initiative=with_one, by=world.agent_mitis, values=SAID)
    staff, address = client_for(world.coordination), reverse("admin:initiatives_initiative_changelist")
    shown = {
        answer: [row.title for row in staff.get(address, {"sans_facile": answer}).context["cl"].queryset]
        for answer in ("oui", "non")
    }
    assert shown == {"oui": [without.title], "non": [with_one.title]}


def test_text_of_a_session_that_ended_is_given_back_and_never_published_by_itself(world, client_for):
    initiative, agent = world.published(), client_for(world.agent_mitis)
    agent.get(page_of(initiative))
    session = agent.session
    session["seen"] = int(time.time()) - settings.SESSION_IDLE_SECONDS - 60
    session.save()
    answer = post(agent, initiative, what="On chante ensemble.")
    assert (answer.status_code, EasyText.objects.count()) == (302, 0)
    agent.post("/compte/connexion/", {"login": world.agent_mitis.email, "password": PASSWORD})
    assert "On chante ensemble.</textarea>" in agent.get(page_of(initiative)).content.decode()


@pytest.mark.parametrize(
    ("state", "ends_on", "said"),
    [
        (State.COMPLETED, LATER, "C’est terminé."),
        (State.COMPLETED, date(2025, 6, 30), "C’est terminé."),
        (State.IN_PROGRESS, date(2025, 6, 30), "C’est peut-être terminé."),
        (State.APPROVED, date(2025, 6, 30), "C’est peut-être terminé."),
        (State.IN_PROGRESS, None, "C’est peut-être terminé."),
    ],
)
def test_one_that_is_over_says_so_first_and_sends_nobody_to_it(world, get, state, ends_on, said):  # noqa: F811
    Territory.objects.filter(slug="la-mitis").update(contact_phone="418 555-0199")
    initiative = world.published()
    actions.write(initiative=initiative, by=world.agent_mitis, values=SAID)
    Initiative.objects.filter(pk=initiative.pk).update(state=state, ends_on=ends_on)
    initiative.fiscal_years.set([world.years["2024-2025"]])
    page = get(f"/initiatives/{initiative.slug}/facile-a-lire/").content.decode()
    main = page.split('<div class="easy">')[1].split("</main>")[0]
    assert main.index(said) < main.index(HELP) < main.index("+14185550199") < main.index("On mange ensemble.")
    gone = ("Appelez", "722-0000", "+14187220000", "C’est combien?", "C’est gratuit.", "Comment faire?")
    assert [word for word in gone if word in main] == []


def test_one_that_may_be_over_says_when_it_was_to_end(world, get):  # noqa: F811
    initiative = world.published()
    actions.write(initiative=initiative, by=world.agent_mitis, values=SAID)
    address = f"/initiatives/{initiative.slug}/facile-a-lire/"
    Initiative.objects.filter(pk=initiative.pk).update(ends_on=date(2025, 6, 30))
    assert (
        "<p>Fin prévue le 30 juin 2025. On ne sait pas si ça continue.</p>" in get(address).content.decode()
    )


def test_page_of_a_short_version_costs_one_query_and_that_of_its_freshness(
    world,
    get,  # noqa: F811
    django_assert_num_queries,
):
    initiative = world.published(ends_on=date(2026, 2, 28))
    actions.write(initiative=initiative, by=world.agent_mitis, values=SAID)
    with django_assert_num_queries(2):
        get(f"/initiatives/{initiative.slug}/facile-a-lire/")
