"""The life of one initiative, through the HTTP client, from sign-in to the public directory."""

from decimal import Decimal

from django.urls import reverse

from funding import actions as funding_actions
from initiatives import actions
from initiatives.choices import State
from initiatives.models import Initiative
from tests.espace.forms import NEW, fill, page, post, quick
from tests.world import PASSWORD


def sign_in(client, user):
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return answer


def test_life_from_sign_in_to_the_directory(world, client, client_for):
    assert sign_in(client, world.agent_mitis)["Location"] == "/espace/"
    assert "Rien ne vous attend" in client.get("/espace/").content.decode()

    answer = client.post(NEW, quick(world, who="La Moisson"))
    initiative = Initiative.objects.get()
    home = f"/espace/initiatives/{initiative.pk}/"
    assert answer["Location"] == f"{home}partenaires/?q=La+Moisson"

    found = client.get(f"{home}partenaires/?q=moisson").content.decode()
    assert "Ajouter comme porteur" in found
    added = client.post(f"{home}partenaires/", {"organization": world.moisson.pk, "role": "lead"})
    assert added.status_code == 302

    missing = client.get(f"{home}deposer/").content.decode()
    assert f"{home}modifier/calendrier/#id_ends_on" in missing
    fill(client, world, initiative)
    initiative.refresh_from_db()
    assert "tout y est" in client.get(f"{home}modifier/").content.decode()
    deposited = client.post(f"{home}deposer/", {"version": initiative.version})
    assert deposited["Location"] == f"{home}recu/"
    initiative.refresh_from_db()
    assert (initiative.state, initiative.number) == (State.SUBMITTED, "BSL-2025-001")
    receipt = client.get(f"{home}recu/").content.decode()
    for words in (
        "BSL-2025-001",
        "Des familles sautent des repas.",
        "Frigo\xa0: 6\xa0000\xa0$",
        "Local prêté",
    ):
        assert words in receipt

    actions.request_changes(initiative=initiative, by=world.coordination, note="Précisez le lieu exact.")
    assert "Précisez le lieu exact." in client.get("/espace/").content.decode()
    assert "Précisez le lieu exact." in client.get(f"{home}modifier/").content.decode()
    changed = page(world, "initiative", summary="Un frigo devant la bibliothèque.")
    assert post(client, initiative, "initiative", changed).status_code == 302
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

    public = client_for().get(published.get_absolute_url()).content.decode()
    assert "Un frigo devant la bibliothèque." in public
    directory = client_for().get("/initiatives/?q=frigo").content.decode()
    assert "4\xa0500\xa0$" in directory
    assert published.get_absolute_url() in directory
    record = client.get(home).content.decode()
    assert published.get_absolute_url() in record
    assert "Retenue" in record
