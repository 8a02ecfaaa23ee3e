"""The verdict on a spreadsheet, row by row, before anything is written; the same questions are asked whatever its length."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError

from alliance.accounts.models import User
from alliance.lib.money import format_amount
from alliance.lib.text import sort_key
from initiatives import radar
from initiatives.actions.sheet import SheetRow
from initiatives.choices import PartnerRole
from initiatives.forms.quick import scope_of
from initiatives.models import Initiative
from initiatives.partners import refuse_role
from initiatives.sheet import ASKED, HEADERS, LEAD, NAMES, Content, Doubt, Line, Reader, Written
from territories import twins
from territories.models import Organization, Territory

LATER = "plus-tard"
MOST_DOUBTS = 100
_LASTS = 2 * 3600  # seconds between the verdict and its confirmation
_LONGEST = 1_500_000  # characters: a page posts two millions at most
_ROWS = uuid.UUID("0b6de6a3-9f0c-4f6e-8f0e-8a51c7a6f0d2")  # name space of the tokens of the rows


class Expired(Exception):
    """What came back is not, or no longer, a verdict given to this person."""


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    reason: str = ""


@dataclass
class Choice:
    """A name of the file that may mean several things, asked once for all the rows that hold it."""

    doubt: Doubt
    options: list[Option]
    chosen: str = ""
    lines: list[int] = field(default_factory=list)
    is_lacking: bool = False

    @property
    def name(self) -> str:
        return name_of(self.doubt)


def name_of(doubt: Doubt) -> str:
    """Return the name of the control that asks about `doubt`: the same whenever the file is read again."""
    told = f"{doubt.code}:{sort_key(doubt.name) or doubt.name}"
    return f"choix-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


@dataclass
class Row:
    """A row and what will come of it."""

    content: Content
    token: uuid.UUID
    lead: Organization | None = None
    existing: Initiative | None = None
    alerts: list[radar.Alert] = field(default_factory=list)
    same_as: int = 0  # the line of the file that has the same title
    kept_name: str = ""  # of a lead that nothing resembles: it stays among the words of the file
    ticked: bool = False

    @property
    def number(self) -> int:
        return self.content.line.number

    @property
    def is_refused(self) -> bool:
        return bool(self.content.problems)

    @property
    def is_new(self) -> bool:
        return not self.is_refused and self.existing is None

    @property
    def has_double(self) -> bool:
        return any(alert.reason == radar.SAME for alert in self.alerts)

    @property
    def said(self) -> list[str]:
        """Return what was read of the row, in words: who, where, what about, when, how much."""
        values = self.content.values
        names = [str(row) for code in NAMES for row in values.get(code, ())]
        dates = [values[code].isoformat() for code in ("starts_on", "ends_on") if values.get(code)]
        amount = values.get("amount_requested")
        lead = [str(self.lead)] if self.lead else []
        return [*lead, *dict.fromkeys(names), *dates, *([] if amount is None else [format_amount(amount)])]

    @property
    def missing(self) -> list[str]:
        """Return the columns left blank that the deposit asks for."""
        told = self.content.values | self.content.answers
        doubtful = {doubt.code for doubt in self.content.doubts}
        return [HEADERS[code] for code in ASKED if told.get(code) in (None, "", []) and code not in doubtful]

    @property
    def mark(self) -> str:
        """Return a mark of what the row means: another one says that the portal changed since it was shown."""
        told = {code: _plain(value) for code, value in self.content.values.items()}
        what = [self.is_refused, self.lead and self.lead.pk, sorted(told.items()), self.content.doubts]
        return hashlib.sha256(json.dumps(what).encode(errors="surrogatepass")).hexdigest()[:12]


@dataclass
class Verdict:
    rows: list[Row]
    choices: list[Choice]
    untouched: int

    def count(self, kind: str) -> int:
        return sum(1 for row in self.rows if getattr(row, kind))

    @property
    def new(self) -> int:
        return self.count("is_new")

    @property
    def refused(self) -> int:
        return self.count("is_refused")

    @property
    def already(self) -> int:
        return self.count("existing")


def judge(written: Written, user: User, chosen: Mapping[str, str] | None = None) -> Verdict:
    """Return what would come of each row of a file for `user`; `chosen` answers the choices, by name of control.

    Raises ValidationError when too many names are unknown to be asked about.
    """
    reader = Reader(user, written.letters, Territory.objects.filter(is_active=True))
    contents = [reader.read(line) for line in written.lines]
    leads = _leads(contents)
    tokens = _tokens(written.lines, user)
    made = {
        row.entry_token: row for row in Initiative.objects.filter(entry_token__in=tokens, created_by=user)
    }
    rows = [Row(each, token, leads.get(each.lead)) for each, token in zip(contents, tokens, strict=True)]
    for row in rows:
        row.existing = None if row.is_refused else made.get(row.token)
    _warn(rows, user)
    return Verdict(rows, _choices(rows, reader, chosen or {}), written.untouched)


def _leads(contents: list[Content]) -> dict[str, Organization]:
    """Return the organization that each name means; a doubt is noted where several could be meant."""
    names = sorted({each.lead for each in contents if each.lead})
    found = dict(zip(names, twins.same_names(names), strict=True))
    for each in contents:
        same = found.get(each.lead, [])
        if len(same) == 1 and (refusal := refuse_role(same[0], PartnerRole.LEAD)):
            each.refuse(LEAD, refusal)
        elif each.lead and len(same) != 1:
            each.doubts.append(Doubt(LEAD, each.lead))
    return {name: same[0] for name, same in found.items() if len(same) == 1}


def _tokens(lines: list[Line], user: User) -> list[uuid.UUID]:
    """Return one token per row, drawn from its words: the same row, in this file or its corrected copy, is one draft.

    A digest of the file would let a row through twice as soon as another row is corrected and the file sent again.
    """
    seen: dict[str, int] = {}
    tokens = []
    for line in lines:
        told = json.dumps([user.pk, sorted(line.cells.items())])
        seen[told] = seen.get(told, 0) + 1
        tokens.append(uuid.uuid5(_ROWS, f"{seen[told]}:{told}"))
    return tokens


def _warn(rows: list[Row], user: User) -> None:
    """Note what resembles each new row, in the portal and above it in the file; its double is not ticked for you."""
    new = [row for row in rows if row.is_new]
    places = {place for row in new for place in row.content.values.get("territories", ())}
    found = radar.like_each([row.content.title for row in new], user, territories=places)
    above: dict[str, int] = {}
    for row, alerts in zip(new, found, strict=True):
        row.alerts, row.same_as = alerts, above.setdefault(sort_key(row.content.title), row.number)
        row.same_as = 0 if row.same_as == row.number else row.same_as
        row.ticked = not (row.has_double or row.same_as)


def _choices(rows: list[Row], reader: Reader, chosen: Mapping[str, str]) -> list[Choice]:
    by_name: dict[str, Choice] = {}
    for row in rows:
        for doubt in row.content.doubts if row.is_new else ():
            choice = by_name.setdefault(name_of(doubt), Choice(doubt, []))
            choice.lines.append(row.number)
    if len(by_name) > MOST_DOUBTS:
        raise ValidationError(
            f"{len(by_name)} noms ne sont pas dans le portail. Choisissez-les dans les listes du modèle",
            code="too_many_doubts",
        )
    names = [each.doubt.name for each in by_name.values() if each.doubt.code == LEAD]
    alike = dict(zip(names, _organizations(names), strict=True))
    for name, choice in by_name.items():
        _offer(choice, reader, alike)
        known = {option.value for option in choice.options}
        choice.chosen = chosen.get(name, "") if chosen.get(name, "") in known else ""
    asked = {name: each for name, each in by_name.items() if len(each.options) > 1}
    for row in rows:
        unasked = [doubt for doubt in row.content.doubts if row.is_new and name_of(doubt) not in asked]
        row.kept_name = unasked[0].name if unasked else ""
    return list(asked.values())


def _organizations(names: list[str]) -> list[list[Option]]:
    """Return the organizations that each name may mean and that may carry an initiative, with the reason."""
    same = twins.same_names(names)
    found = twins.look_alikes_of_each(names, most=4)
    options = []
    for exact, alike in zip(same, found, strict=True):
        rows = {row.pk: (row, "même nom") for row in exact}
        rows |= {twin.organization.pk: (twin.organization, twin.reason) for twin in alike}
        options.append(
            [
                Option(str(pk), _described(row), reason)
                for pk, (row, reason) in rows.items()
                if not refuse_role(row, PartnerRole.LEAD)
            ]
        )
    return options


def _described(row: Organization) -> str:
    return f"{row.name} ({row.seat_territory})" if row.seat_territory_id else row.name


def _offer(choice: Choice, reader: Reader, alike: Mapping[str, list[Option]]) -> None:
    if choice.doubt.code == LEAD:
        choice.options = [
            *alike[choice.doubt.name],
            Option(LATER, "Une autre organisation, à choisir ou à créer dans le dossier"),
        ]
        return
    rows = reader.near(choice.doubt.code, choice.doubt.name)
    choice.options = [
        *(Option(str(row.pk), str(row)) for row in rows),
        Option(LATER, "Rien de cela\xa0: à choisir dans le dossier"),
    ]


def lacking(verdict: Verdict, ticked: set[int]) -> list[Choice]:
    """Return the choices still to be made for the rows ticked, and note them as such."""
    found = [each for each in verdict.choices if not each.chosen and ticked & set(each.lines)]
    for each in found:
        each.is_lacking = True
    return found


def rows_to_write(verdict: Verdict, ticked: set[int], user: User) -> list[SheetRow]:
    """Return the rows ticked as they will be written, choices made."""
    meant = {each.name: each for each in verdict.choices}
    organizations = Organization.objects.in_bulk(
        [int(each.chosen) for each in verdict.choices if each.doubt.code == LEAD and each.chosen != LATER]
    )
    rows = {code: reader_rows for code, reader_rows in Reader(user, {}, ()).rows.items()}
    return [
        _to_write(row, meant, organizations, rows)
        for row in verdict.rows
        if row.is_new and row.number in ticked
    ]


def _to_write(row: Row, meant: Mapping[str, Choice], organizations: Any, rows: Any) -> SheetRow:
    values = {code: value for code, value in row.content.values.items() if code != LEAD and value is not None}
    lead = row.lead
    for doubt in row.content.doubts:
        choice = meant.get(name_of(doubt))
        chosen = choice.chosen if choice else LATER
        if chosen == LATER:
            continue
        if doubt.code == LEAD:
            lead = organizations[int(chosen)]
        elif (found := rows[doubt.code][int(chosen)]) not in values[doubt.code]:
            values[doubt.code] = [*values[doubt.code], found]
    name = row.content.lead if row.content.lead and lead is None else None
    return SheetRow(row.number, row.token, _settled(values), row.content.answers, lead, name)


def _settled(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as an initiative holds them: a main theme among its themes, a scope that suits its MRCs."""
    found = {code: value for code, value in values.items() if code not in NAMES or value}
    main = found.get("primary_theme", [])
    if main:
        found["primary_theme"] = main[0]
    if themes := list(dict.fromkeys([*main, *found.get("themes", [])])):
        found["themes"] = themes
    if "territories" in found:
        found["scope"] = scope_of(found["territories"])
    return found


def _plain(value: Any) -> Any:
    return [row.pk for row in value] if isinstance(value, list) else str(value)


# From the verdict to its confirmation: the rows travel in the page itself, signed for this person and for two hours.
# Nothing of a file that was not confirmed stays on a disk or in the shared cache, any node may answer, and what is
# written is what was shown; asking for the file again would let another one in its place.


def pack(written: Written, verdict: Verdict, user: User) -> str:
    """Return the rows of a file as a text to give to the page. Raises ValidationError when it is too long."""
    told = {
        "letters": written.letters,
        "lines": [[line.number, line.cells] for line in written.lines],
        "untouched": written.untouched,
        "marks": {str(row.number): row.mark for row in verdict.rows},
    }
    text = signing.dumps(told, salt=_salt(user), compress=True)
    if len(text) > _LONGEST:
        raise ValidationError("Le fichier contient trop de texte. Partagez-le en deux fichiers")
    return text


def unpack(text: str, user: User) -> tuple[Written, dict[int, str]]:
    """Return what `pack` was given and the mark of each row. Raises Expired."""
    try:
        told = signing.loads(text, salt=_salt(user), max_age=_LASTS)
    except signing.BadSignature:
        raise Expired from None
    lines = [Line(number, cells) for number, cells in told["lines"]]
    marks = {int(number): mark for number, mark in told["marks"].items()}
    return Written(told["letters"], lines, told["untouched"]), marks


def _salt(user: User) -> str:
    return f"initiatives.sheet:{user.pk}"
