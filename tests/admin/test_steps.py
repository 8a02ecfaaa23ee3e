"""Buttons of an initiative: state, publication, money. Refusals answer 422 and keep what was typed."""

from decimal import Decimal

import pytest
from django.urls import reverse

from funding import ledger
from funding.models import CommitmentMovement
from initiatives.choices import Publication, State
from initiatives.models import Initiative, TransitionLog
from tests.admin.deciding import decide


def step(initiative, name):
    return reverse("admin:initiatives_initiative_step", args=[initiative.pk, name])


def page(initiative, name, *args):
    return reverse(f"admin:initiatives_initiative_{name}", args=[initiative.pk, *args])


def fresh(initiative):
    return Initiative.objects.get(pk=initiative.pk)


def test_file_shows_the_buttons_of_its_state_only(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW)
    shown = client_for(world.coordination).get(page(initiative, "change")).content.decode()
    labels = [
        label
        for label in (
            "Commencer l’analyse",
            "Retourner pour compléter",
            "Retenir l’initiative",
            "Refuser l’initiative",
            "Publier",
        )
        if f">{label}</a>" in shown
    ]
    assert labels == ["Retourner pour compléter", "Retenir l’initiative", "Refuser l’initiative"]


def test_approve_moves_once_whatever_the_clicks(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW)
    client = client_for(world.coordination)
    assert client.get(step(initiative, "approve")).status_code == 200
    for _ in range(2):
        assert client.post(step(initiative, "approve"), {"note": ""}).status_code == 302
    assert fresh(initiative).state == State.APPROVED
    assert TransitionLog.objects.filter(initiative=initiative, name="approve").count() == 1


def test_request_changes_without_note_is_refused(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    response = client_for(world.coordination).post(step(initiative, "request_changes"), {"note": "  "})
    assert response.status_code == 422
    assert "Inscrivez une note" in response.content.decode()
    assert fresh(initiative).state == State.SUBMITTED


def test_refused_note_is_kept(world, client_for):
    initiative = world.initiative(State.DRAFT, summary="")
    response = client_for(world.coordination).post(step(initiative, "submit"), {"note": "Note à garder"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Note à garder" in text
    assert "Inscrivez le résumé destiné au public." in text
    assert fresh(initiative).state == State.DRAFT


def test_note_with_a_forbidden_character_is_refused(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    response = client_for(world.coordination).post(step(initiative, "request_changes"), {"note": "a\x00b"})
    assert response.status_code == 422


def test_who_deposited_cannot_approve(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW, by=world.coordination)
    client = client_for(world.coordination)
    assert (
        "une autre personne doit prendre la décision"
        in client.get(step(initiative, "approve")).content.decode()
    )
    assert client.post(step(initiative, "approve"), {"note": ""}).status_code == 422
    assert fresh(initiative).state == State.UNDER_REVIEW


@pytest.mark.parametrize("role", ["accounting", "reader", "agent_mitis"])
def test_other_roles_cannot_move_nor_publish(world, client_for, role):
    initiative = world.initiative(State.UNDER_REVIEW)
    client = client_for(getattr(world, role))
    for address in (step(initiative, "approve"), page(initiative, "publish"), page(initiative, "unpublish")):
        assert client.post(address, {"note": "x"}, follow=True).status_code == 403
    assert fresh(initiative).state == State.UNDER_REVIEW


def test_step_needs_post_and_csrf(world, client_for):
    initiative = world.initiative(State.UNDER_REVIEW)
    client = client_for(world.coordination, enforce_csrf_checks=True)
    assert client.get(step(initiative, "approve")).status_code == 200
    assert client.post(step(initiative, "approve"), {"note": ""}).status_code == 403
    assert fresh(initiative).state == State.UNDER_REVIEW


def test_unknown_step_is_not_found(world, client_for):
    client = client_for(world.coordination)
    initiative = world.initiative()
    assert client.get(step(initiative, "delete")).status_code == 404
    assert client.get("/admin/initiatives/initiative/999999/etat/approve/").status_code == 404


def test_publish_then_unpublish(world, client_for):
    initiative = world.initiative(State.APPROVED)
    client = client_for(world.coordination)
    for _ in range(2):
        assert client.post(page(initiative, "publish")).status_code == 302
    assert fresh(initiative).publication == Publication.PUBLISHED
    for _ in range(2):
        assert client.post(page(initiative, "unpublish")).status_code == 302
    assert fresh(initiative).publication == Publication.WITHDRAWN


def test_publish_before_the_decision_is_refused(world, client_for):
    initiative = world.initiative(State.SUBMITTED)
    response = client_for(world.coordination).post(page(initiative, "publish"))
    assert response.status_code == 422
    assert "Seule une initiative retenue" in response.content.decode()


def test_cancel_frees_the_money(world, client_for):
    initiative = world.initiative(State.APPROVED, award=1000)
    response = client_for(world.coordination).post(step(initiative, "cancel"), {"note": "Départ"})
    assert response.status_code == 302
    assert fresh(initiative).state == State.CANCELLED
    assert ledger.allocation_committed(world.lines["la-mitis"]) == Decimal(0)


def grant(world, client, initiative, **changes):
    data = {
        "line": world.lines["la-mitis"].pk,
        "amount": "12 500,50 $",
        "reason": "Décision",
        "resolution": "2025-01",
        "on": "",
        "token": "7b4f7c5e-6a53-4d7e-9a7c-0d5b8f6f2f1a",
    }
    return decide(client, page(initiative, "award"), data | changes)


def test_award_writes_one_movement_whatever_the_clicks(world, client_for):
    initiative = world.initiative(State.APPROVED)
    client = client_for(world.accounting)
    for _ in range(2):
        assert grant(world, client, initiative).status_code == 302
    assert [m.amount for m in CommitmentMovement.objects.all()] == [Decimal("12500.50")]
    assert CommitmentMovement.objects.get().by == world.accounting


def test_award_over_what_is_left_is_refused_and_kept(world, client_for):
    initiative = world.initiative(State.APPROVED)
    response = grant(world, client_for(world.coordination), initiative, amount="30 000,01", reason="Trop")
    text = response.content.decode()
    assert response.status_code == 422
    assert "Il reste 30\xa0000\xa0$ dans la ligne" in text
    assert 'value="30 000,01"' in text
    assert 'value="Trop"' in text
    assert CommitmentMovement.objects.count() == 0


@pytest.mark.parametrize("amount", ["", "0", "-5", "1,234", "abc", "1e9", "99999999999999", "10,999"])
def test_award_of_a_strange_amount_is_refused(world, client_for, amount):
    initiative = world.initiative(State.APPROVED)
    response = grant(world, client_for(world.coordination), initiative, amount=amount)
    assert response.status_code == 422
    assert CommitmentMovement.objects.count() == 0


def test_award_on_another_mrc_line_or_without_token_is_refused(world, client_for):
    initiative = world.initiative(State.APPROVED)
    client = client_for(world.coordination)
    assert grant(world, client, initiative, line=world.lines["temiscouata"].pk).status_code == 422
    assert grant(world, client, initiative, token="x").status_code == 422
    assert CommitmentMovement.objects.count() == 0


def test_reader_never_moves_money(world, client_for):
    initiative = world.initiative(State.APPROVED, award=100)
    commitment = initiative.commitments.get()
    client = client_for(world.reader)
    addresses = [
        page(initiative, "award"),
        page(initiative, "amend", commitment.pk),
        page(initiative, "release", commitment.pk),
        reverse("admin:funding_envelope_movement", args=[world.envelope.pk]),
        reverse("admin:funding_allocation_movement", args=[world.lines["la-mitis"].pk]),
    ]
    assert [client.post(address, {"amount": "1", "reason": "x"}).status_code for address in addresses] == [
        403
    ] * 5


def test_amend_and_release(world, client_for):
    initiative = world.initiative(State.APPROVED, award=1000)
    commitment = initiative.commitments.get()
    client = client_for(world.coordination)
    token = "7b4f7c5e-6a53-4d7e-9a7c-0d5b8f6f2f1"
    data = {"amount": "-400", "reason": "Moins", "token": f"{token}a"}
    assert decide(client, page(initiative, "amend", commitment.pk), data).status_code == 302
    assert ledger.commitment_amount(commitment) == Decimal(600)
    data = {"reason": "Fin", "token": f"{token}b"}
    for _ in range(2):
        assert decide(client, page(initiative, "release", commitment.pk), data).status_code == 302
    assert ledger.commitment_amount(commitment) == Decimal(0)


def test_movement_pages_of_envelope_and_line(world, client_for):
    client = client_for(world.coordination)
    token = "7b4f7c5e-6a53-4d7e-9a7c-0d5b8f6f2f1"
    envelope = reverse("admin:funding_envelope_movement", args=[world.envelope.pk])
    line = reverse("admin:funding_allocation_movement", args=[world.lines["la-mitis"].pk])
    assert "Reste dans l’enveloppe" in client.get(line).content.decode()
    data = {"kind": "amendment", "amount": "5 000", "reason": "Avenant", "token": f"{token}a"}
    assert decide(client, envelope, data).status_code == 302
    assert ledger.envelope_amount(world.envelope) == Decimal(105000)
    data = {"kind": "amendment", "amount": "50 000", "reason": "Trop", "token": f"{token}b"}
    refused = decide(client, line, data)
    assert refused.status_code == 422
    assert "Il reste 45\xa0000\xa0$ dans l’enveloppe" in refused.content.decode()
    assert client.post(line, data | {"kind": "transfer"}).status_code == 422


def test_closed_year_offers_no_line(world, client_for):
    initiative = world.initiative(State.APPROVED)
    year = world.years["2025-2026"]
    year.closed_at, year.closed_by = "2026-04-01T12:00Z", world.administration
    year.save()
    response = client_for(world.coordination).get(page(initiative, "award"))
    shown = response.content.decode()
    assert "Aucune ligne d’un exercice ouvert" in shown
    told = [
        "2025-2026" in shown,
        reverse("admin:funding_allocation_changelist") in shown,
        'name="amount"' in shown,
    ]
    assert told == [True, True, False]
    assert grant(world, client_for(world.coordination), initiative).status_code == 422
