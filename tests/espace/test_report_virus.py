"""A file of a report in which a virus was found: said beside the field, never the photo of a story, never opened."""

from datetime import timedelta

import pytest
from django.urls import reverse

from alliance.lib import scanner
from alliance.lib.dates import today
from alliance.lib.workflow import Refusal
from initiatives import actions
from initiatives.actions.reports import illustrate_report
from initiatives.choices import DocumentKind, ReportKind, ScanState, State
from initiatives.models import Document, Report
from tests.documents import made


@pytest.mark.parametrize(("kind", "do"), [("photo", "join"), ("receipt", "send")])
def test_virus_in_a_file_of_a_report_is_said_and_nothing_opens_it(world, client_for, monkeypatch, kind, do):
    monkeypatch.setattr(scanner, "find_virus", lambda content: True)
    report = actions.expect_report(
        initiative=world.initiative(State.IN_PROGRESS),
        kind=ReportKind.PROGRESS,
        due_on=today() + timedelta(days=9),
        by=world.coordination,
    )
    agent, page = client_for(world.agent_mitis), reverse("espace:report", args=[report.pk])
    posted = {"version": report.version, "complet": "1", "results": "Deux cuisines.", "people_reached": "12"}
    file = made.upload(made.photo(), "cuisine.jpg")
    answer = agent.post(page, posted | {"do": do, "file": file, "file_kind": kind, "alt": "Une cuisine"})
    document, stored = Document.objects.get(), Report.objects.get()
    assert (answer.status_code, document.scan) == (422, ScanState.INFECTED)
    assert "Un virus a été trouvé dans «\xa0cuisine.jpg\xa0»" in answer.content.decode()
    assert (stored.story_image, stored.sent_at, stored.results) == (None, None, "Deux cuisines.")
    address = reverse("espace:document", args=[document.pk])
    text = agent.get(page).content.decode()
    assert ("cuisine.jpg" in text, "Mis de côté" in text, address in text) == (True, True, False)
    if document.kind == DocumentKind.PHOTO:
        with pytest.raises(Refusal, match="virus"):
            illustrate_report(report=stored, by=world.agent_mitis, document=document)
