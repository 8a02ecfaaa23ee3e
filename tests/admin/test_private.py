"""What people answered for the CRD alone is not the ministry's to read; the copy of a deposit reads as the form does."""

from decimal import Decimal

from django.urls import reverse

from initiatives import actions
from initiatives.actions import ActivityRow, BudgetRow, CorrectionRow, Details
from initiatives.choices import State
from initiatives.models import Initiative

MARKER = "Nom à taire, 418\xa0555-0100"


def told(world):
    """Return a file deposited twice, whose private answer changed meanwhile."""
    initiative = world.initiative(State.SUBMITTED)
    asked = [CorrectionRow("signatory", "incomplete", f"Ce nom? {MARKER}")]
    actions.request_changes(initiative=initiative, by=world.coordination, note="Voir.", asked=asked)
    details = Details(answers={"signatory": MARKER})
    actions.update(initiative=initiative, by=world.agent_mitis, values={}, details=details)
    actions.say(initiative=initiative, by=world.agent_mitis, text=f"C’est {MARKER}")
    return actions.submit(initiative=Initiative.objects.get(), by=world.agent_mitis)


def test_ministry_never_reads_what_was_answered_for_the_crd_alone(world, client_for):
    initiative = told(world)
    copies = [
        reverse("admin:initiatives_snapshot_change", args=[copy.pk]) for copy in initiative.snapshots.all()
    ]
    file = reverse("admin:initiatives_initiative_change", args=[initiative.pk])
    pages = [file, *copies, reverse("admin:initiatives_snapshot_changelist")]
    answered = {}
    for role in ("coordination", "accounting", "reader"):
        client = client_for(getattr(world, role))
        answers = [client.get(page) for page in pages]
        answered[role] = [answer.status_code for answer in answers]
        if role == "reader":
            assert [MARKER in answer.content.decode() for answer in answers] == [False] * 4
        if role == "coordination":
            assert [MARKER in answer.content.decode() for answer in answers] == [True, False, True, False]
    assert answered == {
        "coordination": [200] * 4,
        "accounting": [200, 403, 403, 403],
        "reader": [200, 403, 403, 403],
    }


def test_copy_of_a_deposit_reads_in_the_words_of_the_form(world, client_for):
    initiative = world.initiative()
    details = Details(
        answers={"signatory": MARKER},
        activities=[ActivityRow("Ateliers", "Julie")],
        expenses=[BudgetRow("Salaires", Decimal(10000))],
        sources=[BudgetRow("Ville", Decimal(500), is_confirmed=True)],
    )
    actions.update(initiative=initiative, by=world.agent_mitis, values={}, details=details)
    deposited = actions.submit(initiative=Initiative.objects.get(), by=world.agent_mitis)
    address = reverse("admin:initiatives_snapshot_change", args=[deposited.snapshots.get().pk])
    text = client_for(world.coordination).get(address).content.decode()
    for words in (
        f"Personne autorisée à signer\xa0: {MARKER}",
        "Activités\xa0: Ateliers, Julie",
        "Dépenses\xa0: Salaires, argent, 10\xa0000\xa0$",
        "confirmé",
    ):
        assert words in text
    assert "{&#x27;" not in text
