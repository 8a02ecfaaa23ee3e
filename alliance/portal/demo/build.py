"""Tell the stories through the same actions as everybody's, in the name of the demonstration accounts."""

import random
from datetime import date
from itertools import cycle
from typing import Any

from alliance.accounts.models import User
from alliance.lib.dates import fiscal_label
from alliance.lib.text import at_place
from alliance.portal.demo import easy, money, partners, texts
from alliance.portal.demo.payments import Payments
from alliance.portal.demo.scenario import Story, stories
from funding.actions import cancel_initiative
from initiatives import actions
from initiatives.choices import Continuity, PartnerRole, Scope, State
from initiatives.models import FiscalYear, Initiative, TargetGroup, Theme
from territories.choices import MunicipalityKind
from territories.models import Municipality, Organization, Territory

_SEED = 20240401  # the same demonstration everywhere
_AGENTS = {
    "la-mitis": "agent.mitis",
    "la-matapedia": "agent.mitis",
    "temiscouata": "agent.temiscouata",
    "les-basques": "agent.temiscouata",
}
_REVIEWED = (State.CHANGES_REQUESTED, State.UNDER_REVIEW, State.DECLINED)


class Builder:
    def __init__(self, people: dict[str, User]):
        self.people = people
        self.chance = random.Random(_SEED)  # noqa: S311  # not a secret: a choice of texts
        self.territories = {territory.slug: territory for territory in Territory.objects.all()}
        self.themes = {theme.slug: theme for theme in Theme.objects.all()}
        self.groups = {group.slug: group for group in TargetGroup.objects.all()}
        self.years = {year.label: year for year in FiscalYear.objects.all()}
        self.places = {slug: cycle(_places(territory)) for slug, territory in self.territories.items()}
        self.told: dict[str, Initiative] = {}
        self.payments = Payments(people["coordination"], people["comptabilite"])

    def build(self) -> int:
        """Tell every story; return how many there are."""
        coordination = self.people["coordination"]
        self.organizations = partners.create(coordination, self.chance)
        self.lines = money.open_lines(coordination, self.chance)
        for story in stories():
            self.told[story.key] = self._tell(story)
        money.move_between(self.lines, coordination)
        self.payments.follow()
        easy.write(list(self.told.values()), self.people["administration"])
        return len(self.told)

    def _tell(self, story: Story) -> Initiative:
        author = self._author(story)
        team = self._team(story)
        values = self._sketch(story) if story.is_sketch else self._values(story)
        rows = [] if story.is_sketch else self._partners(team)
        initiative = actions.create_draft(by=author, values=values, partners=rows, is_demo=True)
        if story.state != State.DRAFT:
            initiative = self._advance(story, initiative, author, team)
        return initiative

    def _author(self, story: Story) -> User:
        """The MRC's agent; where the demonstration has none, the administration enters and another decides."""
        first = story.territories[0] if story.territories else ""
        return self.people[_AGENTS.get(first, "administration")]

    def _team(self, story: Story) -> list[Organization]:
        near = [row for slug in story.territories or ("",) for row in self.organizations[slug]]
        return self.chance.sample(near, k=min(len(near), self.chance.choice((2, 3, 3, 4))))

    def _partners(self, team: list[Organization]) -> list[actions.PartnerRow]:
        lead, *others = team
        rows = [(lead, PartnerRole.LEAD, "")]
        if lead.has_legal_personality is False:  # a committee leads but receives no money
            able = [row for row in others if row.has_legal_personality]
            rows += [(able[0], PartnerRole.FIDUCIARY, "")] if able else []
        rows += [(row, PartnerRole.PARTNER, self.chance.choice(texts.IN_WORDS)) for row in others]
        return rows

    def _values(self, story: Story) -> dict[str, Any]:
        text, chance = story.text, self.chance
        where, names = self._where(story)
        starts_on, ends_on = story.dates
        reach = chance.randrange(15, 400)
        themes = [self.themes[slug] for slug in [text.primary_theme, *text.other_themes.split("|")] if slug]
        return {
            "title": text.title.format(**names) + (", deuxième année" if story.renews else ""),
            "summary": text.summary.format(**names),
            "description": text.description.format(**names),
            "scope": _scope(story),
            "territories": [self.territories[slug] for slug in story.territories],
            "municipalities": where,
            "themes": themes,
            "primary_theme": themes[0],
            "target_groups": [self.groups[slug] for slug in text.groups.split("|")],
            "target_note": text.target,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "continuity": Continuity.CONTINUED if story.renews else Continuity.NEW,
            "continues": self.told.get(story.renews),
            "expected_reach": reach,
            "actual_reach": self._reached(story, reach),
            "quantity_note": text.quantity,
            "citizen_participation": chance.choice(texts.PARTICIPATION),
            "verified_on": date(story.year, 10, 15) if chance.random() < 0.5 else None,
        }

    def _where(self, story: Story) -> tuple[list[Municipality], dict[str, str]]:
        """Return the municipalities served and the words for the places of the texts."""
        if not story.territories:
            return [], texts.REGION
        if story.renews:
            where = list(self.told[story.renews].municipalities.all())
        else:
            count = self.chance.choice((1, 2, 2, 3))
            where = [next(self.places[slug]) for slug in story.territories for _ in range(count)]
        return where, self._names(where[0], story.territories)

    def _names(self, place: Municipality, slugs: tuple[str, ...]) -> dict[str, str]:
        """Return the words for the places: « à Amqui », « dans La Matapédia », « de La Matapédia »."""
        rows = [self.territories[slug] for slug in slugs]
        return {
            "a_lieu": at_place(place.name),
            "mrc_ou": texts.listing([row.locative for row in rows]),
            "mrc_de": texts.listing([row.genitive for row in rows]),
        }

    def _reached(self, story: Story, expected: int) -> int | None:
        """What is over was counted, most of the time: unknown is not zero."""
        if story.state != State.COMPLETED or self.chance.random() < 0.2:
            return None
        return int(expected * self.chance.uniform(0.7, 1.4))

    def _sketch(self, story: Story) -> dict[str, Any]:
        slug = story.territories[0]
        names = self._names(next(self.places[slug]), story.territories)
        return {"title": story.text.title.format(**names), "territories": [self.territories[slug]]}

    def _advance(
        self, story: Story, initiative: Initiative, author: User, team: list[Organization]
    ) -> Initiative:
        """Lead the file to the state of its story, one move at a time."""
        coordination = self.people["coordination"]
        initiative = actions.submit(initiative=initiative, by=author)
        if story.state == State.WITHDRAWN:
            return actions.withdraw(initiative=initiative, by=author, note=texts.WITHDRAW_NOTE)
        if story.state == State.SUBMITTED:
            return initiative
        initiative = actions.start_review(initiative=initiative, by=coordination)
        if story.state in _REVIEWED:
            return self._answer(story, initiative, coordination)
        initiative = actions.approve(initiative=initiative, by=coordination)
        self._fund(story, initiative, team)
        if story.state != State.APPROVED:
            initiative = actions.start(initiative=initiative, by=coordination)
        if story.state == State.COMPLETED:
            initiative = actions.complete(initiative=initiative, by=coordination)
        if story.state == State.CANCELLED:
            return self._cancel(initiative, coordination)
        return self._publish(story, initiative, coordination)

    def _answer(self, story: Story, initiative: Initiative, by: User) -> Initiative:
        if story.state == State.CHANGES_REQUESTED:
            note = self.chance.choice(texts.RETURN_NOTES)
            return actions.request_changes(initiative=initiative, by=by, note=note)
        if story.state == State.DECLINED:
            return actions.decline(initiative=initiative, by=by, note=texts.DECLINE_NOTE)
        return initiative

    def _fund(self, story: Story, initiative: Initiative, team: list[Organization]) -> None:
        """Most have an amount; some were retained without one yet, which is not the same as zero."""
        accounting = self.people["comptabilite"]
        label = fiscal_label(story.year)
        if self.chance.random() < 0.9 or story.state == State.CANCELLED:
            slug = story.territories[0] if story.territories else ""
            promised = money.promise(initiative, self.lines[label, slug], accounting, self.chance)
            self.payments.plan(story, promised)
        money.contribute(initiative, team[1:], self.years[label], accounting, self.chance)
        if len(self.told) % 7 == 0:
            money.add_public(initiative, self.years[label], accounting)

    def _cancel(self, initiative: Initiative, by: User) -> Initiative:
        """What was paid before the initiative is abandoned comes back, whole or in part."""
        commitment = initiative.commitments.get()
        self.payments.pay_first(commitment)
        cancelled = cancel_initiative(initiative=initiative, by=by, note=texts.CANCEL_NOTE)
        self.payments.give_back(commitment, share=40 if len(self.told) > 30 else 100)
        return cancelled

    def _publish(self, story: Story, initiative: Initiative, by: User) -> Initiative:
        """Most are published; a few wait, one in twenty was taken off the site."""
        if self.chance.random() < (0.4 if story.state == State.APPROVED else 0.06):
            return initiative
        initiative = actions.publish(initiative=initiative, by=by)
        if self.chance.random() < 0.04:
            initiative = actions.unpublish(initiative=initiative, by=by)
        return initiative


def _places(territory: Territory) -> list[Municipality]:
    return list(
        Municipality.objects.filter(territory=territory, kind=MunicipalityKind.MUNICIPALITY, valid_to=None)
    )


def _scope(story: Story) -> str:
    sizes = {0: Scope.REGIONAL, 1: Scope.LOCAL}
    return sizes.get(len(story.territories), Scope.SUPRALOCAL)
