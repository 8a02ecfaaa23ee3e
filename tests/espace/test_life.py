"""The life of one initiative, through the HTTP client, from sign-in to the public directory."""

from decimal import Decimal

from django.urls import reverse

from funding import actions as funding_actions
from initiatives import actions
from initiatives.choices import State
from initiatives.models import Initiative
from tests.espace.forms import typed
from tests.world import PASSWORD


def sign_in(client, user):
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return answer


def test_life_from_sign_in_to_the_directory(world, client, client_for):
    assert sign_in(client, world.agent_mitis)["Location"] == "/espace/"
    assert "Rien ne vous attend" in client.get("/espace/").content.decode()

    posted = typed(world, do="partner", ends_on="")
    answer = client.post("/espace/initiatives/nouvelle/", posted | {"entry_token": "0" * 31 + "1"})
    initiative = Initiative.objects.get()
    home = f"/espace/initiatives/{initiative.pk}/"
    assert answer["Location"] == f"{home}partenaires/"

    found = client.get(f"{home}partenaires/?q=moisson").content.decode()
    assert "Ajouter comme porteur" in found
    added = client.post(f"{home}partenaires/", {"organization": world.moisson.pk, "role": "lead"})
    assert added["Location"] == f"{home}modifier/#partenaires"

    missing = client.get(f"{home}deposer/").content.decode()
    assert f"{home}modifier/#id_ends_on" in missing
    initiative.refresh_from_db()
    saved = client.post(f"{home}modifier/", typed(world, do="check") | {"version": initiative.version})
    assert saved["Location"] == f"{home}deposer/"
    initiative.refresh_from_db()
    deposited = client.post(f"{home}deposer/", {"version": initiative.version})
    assert deposited["Location"] == f"{home}recu/"
    initiative.refresh_from_db()
    assert (initiative.state, initiative.number) == (State.SUBMITTED, "BSL-2025-001")
    assert "BSL-2025-001" in client.get(f"{home}recu/").content.decode()

    actions.request_changes(initiative=initiative, by=world.coordination, note="Précisez le lieu exact.")
    assert "Précisez le lieu exact." in client.get("/espace/").content.decode()
    assert "Précisez le lieu exact." in client.get(f"{home}modifier/").content.decode()
    initiative.refresh_from_db()
    client.post(
        f"{home}modifier/",
        typed(world, summary="Un frigo devant la bibliothèque.") | {"version": initiative.version},
    )
    initiative.refresh_from_db()
    client.post(f"{home}deposer/", {"version": initiative.version})

    stranger = client_for(world.agent_temis)
    assert stranger.get(home).status_code == 404

    actions.start_review(initiative=initiative, by=world.coordination)
    actions.approve(initiative=initiative, by=world.coordination)
    funding_actions.award(
        initiative=initiative,
        allocation=world.lines["la-mitis"],
        by=world.coordination,
        amount=Decimal("4500"),
        reason="Décision du comité",
    )
    published = actions.publish(initiative=initiative, by=world.coordination)

    page = client_for().get(published.get_absolute_url()).content.decode()
    assert "Un frigo devant la bibliothèque." in page
    directory = client_for().get("/initiatives/?q=frigo").content.decode()
    assert "4\xa0500\xa0$" in directory
    assert published.get_absolute_url() in directory
    record = client.get(home).content.decode()
    assert published.get_absolute_url() in record
    assert "Retenue" in record
