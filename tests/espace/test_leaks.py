"""What the CRD keeps to itself never comes out: not on a page, in a file, in a message, nor by searching for it.

A marker stands in every internal field; everything that a person can open from the landing pages is opened, link after
link, files included. The markers that each person may read are found by the same crawl: it does look where they would be.
"""

import io
import re
import zipfile
from html import unescape

from django.core import mail
from django.urls import NoReverseMatch, get_resolver, reverse

from alliance.accounts.models import OutgoingMail
from initiatives import actions
from initiatives.actions import CorrectionRow, Details
from initiatives.choices import State
from initiatives.models import Answers
from initiatives.sections import ANSWERS
from territories.actions import update_organization

INTERNAL, NOTE, KEEPER, ANSWER = "zzinterne", "zznotecrd", "zzorganisme", "zzreponse"
PUBLIC, SHARED = "zzpublic", "zzpartage"
SECRETS = {INTERNAL, NOTE, KEEPER}
LINK = re.compile(r'(?:href|action)="(/[^"#]*)')
NEVER_OPENED = re.compile(r"^/(static|admin|compte)/|\.pdf|deconnexion|/chiffres/changements")
MOST = 260


def text_of(response):
    """Return everything the answer holds, the parts of a spreadsheet unzipped."""
    data = b"".join(response) if response.streaming else response.content
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            data = b"".join(parts.read(name) for name in parts.namelist())
    return unescape(data.decode("utf-8", "replace"))


def starts():
    """Return the addresses of ours that take nothing."""
    found = set()
    for namespace in ("portal", "espace"):
        for name in get_resolver().namespace_dict[namespace][1].reverse_dict:
            if isinstance(name, str):
                try:
                    found.add(reverse(f"{namespace}:{name}"))
                except NoReverseMatch:
                    continue
    return sorted(found)


def crawl(client):
    """Open what can be reached, and return {address: text} of what answered."""
    queue, seen, texts = starts(), set(), {}
    while queue and len(texts) < MOST:
        address = queue.pop(0)
        path = address.partition("?")[0]
        if path in seen or NEVER_OPENED.search(address):
            continue
        seen.add(path)
        response = client.get(unescape(address))
        assert response.status_code < 500, address
        if response.status_code == 200:
            texts[address] = text_of(response)
            if "html" in response.get("Content-Type", ""):
                queue += [link for link in LINK.findall(texts[address]) if link.partition("?")[0] not in seen]
    return texts


def holding(texts, marker):
    return sorted(address for address, text in texts.items() if marker in text.lower())


def marked(world):
    """Fill every field that somebody must not read, in files of each kind."""
    update_organization(organization=world.moisson, by=world.coordination, values={"note": KEEPER})
    files = [
        world.published(State.IN_PROGRESS, award="500", summary=f"Un frigo {PUBLIC}."),
        world.initiative(State.SUBMITTED),
        world.initiative(),
    ]
    for file in files:
        answers = {name: ANSWER for name in ANSWERS if not name.startswith(("is_", "accepts_"))}
        actions.update(
            initiative=file,
            by=world.coordination,
            values={"internal_note": INTERNAL},
            details=Details(answers=answers),
        )
        actions.note_internally(initiative=file, by=world.coordination, text=NOTE)
        actions.say(initiative=file, by=world.coordination, text=SHARED)
    files[1].refresh_from_db()
    actions.request_changes(
        initiative=files[1], by=world.coordination, note="Voir.", asked=[CorrectionRow("need", "incomplete")]
    )
    return files


def test_what_the_crd_keeps_never_comes_out(world, client_for):
    files = marked(world)
    people = {"public": None, "agent": world.agent_mitis, "committee": world.committee_mitis}
    people["neighbour"] = world.agent_temis
    seen = {name: crawl(client_for(person)) for name, person in people.items()}
    leaks = {
        (name, marker): found
        for name, texts in seen.items()
        for marker in SECRETS
        if (found := holding(texts, marker))
    }
    assert leaks == {}
    for name in ("public", "neighbour"):
        assert holding(seen[name], ANSWER) == []
        assert holding(seen[name], SHARED) == []
    assert min(map(len, seen.values())) >= 40
    # The same crawl finds what each may read: it looks where a secret would be.
    assert files[0].get_absolute_url() in holding(seen["public"], PUBLIC)
    assert sum(".csv" in address for address in seen["public"]) >= 2
    own = {reverse("espace:exchanges", args=[file.pk]) for file in files}
    for name in ("agent", "committee"):
        assert own <= set(holding(seen[name], SHARED))
        assert reverse("espace:file", args=[files[0].pk]) in holding(seen[name], ANSWER)


def test_nobody_finds_a_secret_by_searching_for_it(world, client_for):
    marked(world)
    for person in (None, world.agent_mitis):
        client = client_for(person)
        for marker in (*SECRETS, ANSWER):
            assert PUBLIC not in client.get("/initiatives/", {"q": marker}).content.decode()
    assert PUBLIC in client_for().get("/initiatives/", {"q": "frigo"}).content.decode()


def test_no_message_holds_what_the_crd_keeps(world):
    marked(world)
    bodies = [f"{row.subject} {row.body}".lower() for row in OutgoingMail.objects.all()]
    bodies += [f"{row.subject} {row.body}".lower() for row in mail.outbox]
    assert len(bodies) >= 4
    assert [body for body in bodies if any(marker in body for marker in (*SECRETS, ANSWER))] == []


def test_every_internal_field_holds_a_marker(world):
    (file, *_others) = marked(world)
    file.refresh_from_db()
    stored = Answers.objects.values(*ANSWERS).first()
    texts = [name for name, value in stored.items() if not isinstance(value, bool)]
    assert {stored[name] for name in texts} == {ANSWER}
    assert len(texts) >= 14
    assert (file.internal_note, file.internal_notes.get().text) == (INTERNAL, NOTE)
