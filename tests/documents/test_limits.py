"""What is too heavy or too much for one request (B9, B25, D6), and a document that arrives after the session's limit."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from initiatives.choices import State
from initiatives.forms.documents import CUT
from initiatives.models import Answers
from tests.documents import made
from tests.documents.test_pages import fields
from tests.test_headers import HEADERS

HEAVY = settings.BODY_MAX_SIZE + 1


@pytest.fixture
def page(world):
    return reverse("espace:documents", args=[world.initiative().pk])


@pytest.mark.parametrize("size", [30 * 1024 * 1024, 900 * 1024 * 1024])
def test_body_over_twelve_megabytes_is_413_in_french_before_anything_is_read(world, page, client_for, size):
    read = []

    class Body:
        def __init__(self):
            self.left = size

        def read(self, count=-1):
            piece = min(count, self.left)
            self.left -= piece
            read.append(piece)
            return bytes(piece)

        readline = read

    client = client_for(world.agent_mitis, raise_request_exception=True)
    response = client.generic(
        "POST",
        page,
        b"",
        "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(size),
        **{"wsgi.input": Body()},
    )
    assert response.status_code == 413
    assert "Un fichier doit peser au plus 10\xa0Mo." in response.text
    assert {name: response[name] for name in HEADERS} == HEADERS
    assert "Connection" not in response  # a server of WSGI refuses it
    assert (sum(read), max(read, default=0)) == ((size, 65_536) if size < 64 * 1024 * 1024 else (0, 0))


def test_page_that_saves_by_itself_is_told_in_json(page, client):
    response = client.post(
        page, b"", "text/plain", headers={"x-autosave": "1"}, CONTENT_LENGTH=str(900 * 1024 * 1024)
    )
    assert (response.status_code, response.json()["state"]) == (413, "refused")


def test_file_between_the_two_limits_is_refused_beside_its_field(world, page, client_for):
    content = made.pdf(b"x" * (11 * 1024 * 1024))
    assert len(content) < HEAVY
    response = client_for(world.agent_mitis).post(page, fields(file=made.upload(content)))
    assert response.status_code == 422
    assert "Le fichier doit peser au plus 10\xa0Mo" in response.text


@pytest.mark.parametrize("what", ["fields", "files"])
def test_too_many_fields_or_files_is_400_in_french(world, page, client_for, what):
    many = {f"x{n}": "1" if what == "fields" else made.upload(b"x") for n in range(1_100)}
    sent = many if what == "fields" else dict(list(many.items())[:110])
    response = client_for(world.agent_mitis).post(page, sent)
    assert (response.status_code, "La demande n’a pas pu être lue" in response.text) == (400, True)


def test_truncated_upload_joins_nothing_and_says_so(world, page, client_for):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + made.pdf()[:20]
    response = client_for(world.agent_mitis).post(page, body, "multipart/form-data; boundary=x")
    assert (response.status_code, CUT in response.text) == (422, True)


def test_document_that_arrives_after_the_session_ended_is_kept(world, client_for):
    draft = world.initiative()
    client = client_for(world.agent_mitis)
    page = reverse("espace:documents", args=[draft.pk])
    client.get(page)
    session = client.session
    session["seen"] = int(timezone.now().timestamp()) - settings.SESSION_IDLE_SECONDS - 60
    session.save()
    response = client.post(page, fields(file=made.upload(), note="En mai."))
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, reverse("account_login"))
    assert draft.documents.get().added_by == world.agent_mitis
    assert Answers.objects.get().documents_note == "En mai."
    assert "« resolution.pdf » est joint." in client.get(response["Location"]).text.replace("\xa0", " ")


def test_document_that_arrives_late_for_a_deposited_file_is_not_kept(world, client_for):
    submitted = world.initiative(State.SUBMITTED)
    client = client_for(world.agent_mitis)
    page = reverse("espace:documents", args=[submitted.pk])
    client.get(page)
    session = client.session
    session["seen"] = int(timezone.now().timestamp()) - settings.SESSION_IDLE_SECONDS - 60
    session.save()
    assert client.post(page, fields(file=made.upload())).status_code == 302
    assert not submitted.documents.exists()
