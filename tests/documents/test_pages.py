"""The page of the documents, the download that checks who asks (D12 to D14), taking one off."""

import io

import pytest
from django.contrib.messages import get_messages
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from initiatives import actions, documents
from initiatives.choices import ScanState, State
from initiatives.forms.documents import AGAIN
from initiatives.forms.entry import MARK_OF_END
from initiatives.models import Answers, Document, Initiative
from initiatives.views.documents import _mark_of
from tests.documents import made
from tests.documents.test_kept import holds_eicar  # noqa: F401  # named by its path in the settings

TOKEN = "3f0c1a52-6a1e-4a0e-9d0b-2d8f0c3b5a11"


def page_of(initiative):
    return reverse("espace:documents", args=[initiative.pk])


def fields(**changes):
    typed = {
        "kind": "resolution",
        "alt": "",
        "note": "",
        "note_read": _mark_of(""),
        "token": TOKEN,
        "do": "add",
        MARK_OF_END: "1",
    }
    return typed | changes


def post(client, initiative, **changes):
    return client.post(page_of(initiative), fields(**changes))


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def draft(world):
    return world.initiative()


@pytest.fixture
def agent(world, client_for):
    return client_for(world.agent_mitis)


def test_page_says_what_is_asked_and_joins_it(draft, agent):
    page = agent.get(page_of(draft)).text
    assert page.count("À joindre</strong>") == 4
    assert "Il manque 4 documents demandés" in page
    response = post(agent, draft, file=made.upload(name="Résolution.pdf"))
    assert (response.status_code, response["Location"]) == (302, f"{page_of(draft)}#joints")
    assert said(response) == ["«\xa0Résolution.pdf\xa0» est joint."]
    page = agent.get(page_of(draft)).text
    assert page.count("À joindre</strong>") == 3
    assert "PDF, 1\xa0Ko, joint le" in page
    assert 'accept=".pdf,.docx,.xlsx,.odt,.ods,.jpg,.png,.jpeg"' in page


def test_link_beside_a_missing_document_chooses_its_kind(draft, agent):
    page = agent.get(f"{page_of(draft)}?piece=support").text
    assert '<option value="support" selected>' in page
    assert agent.get(f"{page_of(draft)}?piece=x%27").text.count(" selected>") == 1  # « Choisissez »


REFUSED = [
    ({"file": None}, "file", "Choisissez un fichier"),
    ({"kind": ""}, "kind", "Choisissez ce qu’est le document"),
    ({"kind": ""}, "file", AGAIN),
    ({"kind": "x"}, "kind", "Choisissez un document de la liste"),
    (
        {"kind": "photo", "file": ("a.jpg", made.photo())},
        "alt",
        "Décrivez en une phrase ce que montre la photo",
    ),
    ({"alt": "x" * 301}, "alt", "Inscrivez au plus 300 caractères (il y en a 301)"),
    ({"file": ("a.pdf", b"")}, "file", documents.EMPTY),
    ({"file": ("a.svg", b"<svg/>")}, "file", documents.TYPE),
    ({"file": ("a.pdf", made.pdf(b"x" * 10 * 1024 * 1024))}, "file", documents.SIZE),
    ({"note": "x" * 1_001}, "note", "Inscrivez au plus 1000 caractères (il y en a 1001)"),
]


def test_refusals_stand_beside_their_field_and_keep_what_was_typed(draft, agent):
    for changes, field, sentence in REFUSED:
        name, content = changes.get("file", ("a.pdf", made.pdf())) or ("", None)
        sent = {**changes, "file": made.upload(content, name)} if name else {**changes, "file": ""}
        response = post(agent, draft, **{"alt": "Un frigo" if changes.get("kind") != "photo" else "", **sent})
        form = response.context["form"]
        assert (response.status_code, sentence in form.errors[field]) == (422, True), (changes, form.errors)
        assert f'<a href="#id_{field}">' in response.text
        assert "<title>Erreur\xa0:" in response.text
        if changes.get("kind") != "photo" and "alt" not in changes:
            assert 'value="Un frigo"' in response.text
        Document.objects.all().delete()
    assert len(REFUSED) == 10


def test_every_button_joins_the_file_that_was_chosen_and_keeps_the_note(draft, agent):
    following = reverse("espace:section", args=[draft.pk, "declaration"])
    expected = {"next": following, "save": reverse("espace:edit", args=[draft.pk])}
    for n, (button, address) in enumerate(expected.items(), 1):
        mark = _mark_of("" if n == 1 else "Lettre 1")
        response = post(
            agent, draft, do=button, note=f"Lettre {n}", note_read=mark, file=made.upload(made.pdf(b"%d" % n))
        )
        assert (response.status_code, response["Location"]) == (302, address)
        assert Answers.objects.get().documents_note == f"Lettre {n}"
        assert draft.documents.count() == n


def test_note_changed_by_somebody_else_is_a_conflict_and_the_file_is_still_joined(draft, agent, world):
    details = actions.Details(answers={"documents_note": "La lettre suivra en mai."})
    actions.update(initiative=draft, by=world.coordination, values={}, details=details)
    response = post(agent, draft, note="En juin.", file=made.upload())
    assert response.status_code == 409
    assert "La lettre suivra en mai." in response.text
    assert ">\nEn juin.</textarea>" in response.text
    assert (Answers.objects.get().documents_note, draft.documents.count()) == ("La lettre suivra en mai.", 1)
    mark = response.context["note_read"]
    assert post(agent, draft, note="En juin.", note_read=mark, do="save").status_code == 302
    assert Answers.objects.get().documents_note == "En juin."


def test_note_that_does_not_arrive_is_not_blanked(draft, agent, world):
    details = actions.Details(answers={"documents_note": "En mai."})
    actions.update(initiative=draft, by=world.agent_mitis, values={}, details=details)
    assert agent.post(page_of(draft), {"do": "next"}).status_code == 422
    assert Answers.objects.get().documents_note == "En mai."


def test_form_posted_twice_joins_one_document(draft, agent):
    for _click in range(2):
        assert post(agent, draft, file=made.upload()).status_code == 302
    assert draft.documents.count() == 1


def test_file_not_open_is_read_and_a_form_that_arrives_is_409(world, agent, client_for):
    submitted = world.initiative(State.SUBMITTED)
    page = agent.get(page_of(submitted))
    assert (page.status_code, "<form" in page.text.partition("<main")[2]) == (200, False)
    response = post(agent, submitted, note="Ma note", file=made.upload())
    assert (response.status_code, "Ma note" in response.text) == (409, True)
    assert client_for(world.committee_mitis).get(page_of(submitted)).status_code == 200
    assert post(client_for(world.committee_mitis), submitted, file=made.upload()).status_code == 403


def test_returned_file_shows_the_request_and_closes_what_nobody_asked(world, agent):
    file = world.initiative(State.UNDER_REVIEW)
    row = actions.CorrectionRow(field="documents_note", reason="incomplete", note="Dites quand.")
    actions.request_changes(initiative=file, by=world.coordination, note="Voir", asked=[row])
    page = agent.get(page_of(file)).text
    assert "Dites quand." in page
    assert ('name="file"' in page, 'name="note"' in page) == (False, True)
    post(agent, file, file=made.upload(), note="En mai.")
    assert (file.documents.count(), Answers.objects.get().documents_note) == (0, "En mai.")


def test_last_years_documents_are_offered_and_taken(world, draft, agent, join):
    old = join(draft, name="lettres.pdf", kind="incorporation")
    again = world.initiative(continuity="continued", continues=draft)
    assert "Lettres patentes ou acte constitutif\xa0: lettres.pdf" in agent.get(page_of(again)).text
    response = post(agent, again, do="reuse", reuse=[old.pk])
    assert (response.status_code, said(response)) == (302, ["«\xa0lettres.pdf\xa0» est joint."])
    assert [row.digest for row in again.documents.all()] == [old.digest]
    assert 'name="reuse"' not in agent.get(page_of(again)).text
    assert post(agent, again, do="reuse", reuse=["999"]).status_code == 302  # nothing is offered any more
    assert again.documents.count() == 1


def test_last_years_documents_of_another_mrc_are_not_offered(world, draft, join, client_for):
    join(draft)
    theirs = world.initiative(
        by=world.agent_temis, territories=[world.territories["temiscouata"]], municipalities=[]
    )
    Initiative.objects.filter(pk=theirs.pk).update(continues=draft, continuity="continued")
    assert 'name="reuse"' not in client_for(world.agent_temis).get(page_of(theirs)).text


@pytest.mark.parametrize("rows", [1, 3])
def test_documents_ask_as_many_queries_for_three_rows_as_for_one(draft, agent, join, rows):
    agent.get(page_of(draft))
    for n in range(rows):
        join(draft, content=made.pdf(b"%d" % n))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        agent.get(page_of(draft))
    assert len(queries) == 9


# One document ---------------------------------------------------------------------------------------------


def address(document):
    return reverse("espace:document", args=[document.pk])


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_document_is_given_with_headers_that_never_run_it(draft, agent, join):
    document = join(draft, name="Résolution du c.a.pdf")
    response = agent.get(address(document), headers={"accept-encoding": "gzip"})
    assert (response.status_code, body(response)) == (200, made.pdf())
    names = (
        "Content-Type Content-Disposition Content-Security-Policy X-Content-Type-Options Cache-Control"
        " Content-Length Accept-Ranges Cross-Origin-Resource-Policy X-Frame-Options ETag"
    )
    assert [response.get(name) for name in names.split()] == [
        "application/pdf",
        "attachment; filename*=utf-8''R%C3%A9solution%20du%20c.a.pdf",
        "default-src 'none'; frame-ancestors 'none'; sandbox",
        "nosniff",
        "no-store, private",
        str(len(made.pdf())),
        "bytes",
        "same-origin",
        "DENY",
        f'"{document.digest}"',
    ]
    assert "Content-Encoding" not in response


NASTY = [
    "../../a.pdf",
    'a".pdf',
    "a\r\nSet-Cookie: x.pdf",
    "CON.pdf",
    "a;b.pdf",
    "é.pdf",
    "東京 🍎.pdf",
    "%0d%0a.pdf",
]


def test_nasty_names_stay_in_their_header(draft, agent, join):
    for n, name in enumerate(NASTY):
        response = agent.get(address(join(draft, name=name, content=made.pdf(b"%d" % n))))
        header = response["Content-Disposition"]
        body(response)
        assert header.startswith("attachment; filename"), name
        assert not {"/", "\\", "\r", "\n"} & set(header), name
        assert "Set-Cookie" not in response.headers, name
        assert header.isascii(), name
    assert len(NASTY) == 8


def test_parts_of_a_document(draft, agent, join):
    document, content = join(draft), made.pdf()
    size = len(content)
    parts = {
        "bytes=0-9": (206, content[:10], f"bytes 0-9/{size}"),
        "bytes=10-": (206, content[10:], f"bytes 10-{size - 1}/{size}"),
        "bytes=-5": (206, content[-5:], f"bytes {size - 5}-{size - 1}/{size}"),
        f"bytes=5-{size * 2}": (206, content[5:], f"bytes 5-{size - 1}/{size}"),
        "bytes=-99999": (206, content, f"bytes 0-{size - 1}/{size}"),
        f"bytes={size}-": (416, b"", f"bytes */{size}"),
        "bytes=-0": (416, b"", f"bytes */{size}"),
        "bytes=9-2": (200, content, None),
        "bytes=0-1,3-4": (200, content, None),
        "bytes=-": (200, content, None),
        "lines=1-2": (200, content, None),
        "bytes=99999999999999999999-": (200, content, None),
    }
    for asked, (status, part, told) in parts.items():
        response = agent.get(address(document), headers={"range": asked})
        assert (response.status_code, body(response), response.get("Content-Range")) == (
            status,
            part,
            told,
        ), asked
    response = agent.head(address(document), headers={"range": "bytes=0-9"})
    assert (response.status_code, response.content, response["Content-Length"]) == (206, b"", "10")
    assert agent.head(address(document))["Content-Length"] == str(size)
    for mark, status in ((f'"{document.digest}"', 206), ('"other"', 200)):
        response = agent.get(address(document), headers={"range": "bytes=0-9", "if-range": mark})
        body(response)
        assert response.status_code == status


def test_document_of_another_mrc_does_not_exist_by_any_method(world, draft, join, client_for):
    document = join(draft)
    temis, visitor = client_for(world.agent_temis), client_for()
    removal = reverse("espace:document_remove", args=[draft.pk, document.pk])
    for method in ("get", "head"):
        assert getattr(temis, method)(address(document)).status_code == 404
    for target in (page_of(draft), removal):
        for method in ("get", "head", "post"):
            assert getattr(temis, method)(target).status_code == 404
    assert visitor.get(address(document)).status_code == 302
    assert temis.post(address(document)).status_code == 405
    assert temis.get(reverse("espace:document", args=[2**63])).status_code == 404
    theirs = world.initiative(
        by=world.agent_temis, territories=[world.territories["temiscouata"]], municipalities=[]
    )
    other = reverse("espace:document_remove", args=[theirs.pk, document.pk])  # by way of one's own file
    assert temis.post(other).status_code == 302
    assert draft.documents.count() == 1


def test_document_of_a_page_withdrawn_from_the_site_stays_private(world, join, client_for):
    published = world.published()
    document = join(published, by=world.coordination)
    actions.unpublish(initiative=published, by=world.coordination)
    for person, status in (
        (None, 302),
        (world.agent_temis, 404),
        (world.agent_mitis, 200),
        (world.reader, 200),
    ):
        response = client_for(person).get(address(document))
        body(response)
        assert response.status_code == status


@pytest.mark.parametrize("root", ["/media/", "/prive/", "/static/", "/var/prive/", "/"])
def test_no_address_of_the_disk_serves_a_document(draft, agent, join, root):
    assert agent.get(f"{root}{join(draft).file.name}").status_code == 404


def test_dangerous_document_is_told_and_never_given(draft, agent, settings):
    settings.DOCUMENT_SCANNER = "tests.documents.test_kept.holds_eicar"
    response = post(agent, draft, file=made.upload(made.pdf(made.EICAR)))
    (sentence,) = said(response)
    assert sentence.startswith("Un virus a été trouvé dans «\xa0resolution.pdf\xa0»")
    document = Document.objects.get()
    assert document.scan == ScanState.INFECTED
    assert agent.get(address(document)).status_code == 404
    page = agent.get(page_of(draft)).text
    assert "Mis de côté" in page
    assert address(document) not in page
    assert page.count("À joindre</strong>") == 4


def test_document_whose_bytes_are_lost_is_404(draft, agent, join, caplog):
    document = join(draft)
    default_storage.delete(document.file.name)
    assert agent.get(address(document)).status_code == 404
    assert f"document {document.pk} has no file" in caplog.text


def test_photo_is_shown_small(draft, agent, join):
    photo = join(draft, kind="photo", name="a.jpg", content=made.photo((900, 600)), alt="Un frigo")
    page = agent.get(page_of(draft)).text
    assert f'src="{address(photo)}?apercu=1" alt=""' in page
    assert "Ce que montre la photo\xa0: Un frigo" in page
    response = agent.get(f"{address(photo)}?apercu=1")
    assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert max(Image.open(io.BytesIO(response.content)).size) == 240
    plain = join(draft)
    response = agent.get(f"{address(plain)}?apercu=1")
    assert (body(response), response["Content-Type"]) == (made.pdf(), "application/pdf")


def test_document_is_removed_after_a_question(draft, agent, join):
    document = join(draft)
    target = reverse("espace:document_remove", args=[draft.pk, document.pk])
    assert "effacé pour de bon" in agent.get(target).text
    assert draft.documents.count() == 1
    for _click in range(2):
        assert agent.post(target)["Location"] == f"{page_of(draft)}#joints"
    assert draft.documents.count() == 0


def test_document_of_a_deposited_file_is_not_removed(world, agent, join):
    submitted = world.initiative(State.SUBMITTED)
    document = join(submitted, by=world.coordination)
    assert agent.post(reverse("espace:document_remove", args=[submitted.pk, document.pk])).status_code == 409
    assert Document.objects.count() == 1
