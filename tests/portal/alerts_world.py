"""Lists followed by e-mail, for the tests of the weekly alerts."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.http import HttpRequest, QueryDict

from alliance.accounts.choices import MailKind
from alliance.accounts.models import OutgoingMail
from alliance.portal import alerts, followed
from alliance.portal.directory import current
from alliance.portal.models import Alert
from initiatives.models import Initiative

ADDRESS = "voisine@exemple.invalid"
FOOD = "theme=alimentation&territoire=la-mitis"
MONDAY = datetime(2026, 5, 11, 11, 0, tzinfo=UTC)  # 7 h in Toronto
RUN = MONDAY + timedelta(minutes=15)


def listed(query=""):
    return followed.read(QueryDict(query), current(HttpRequest()))


def asked(query="", email=ADDRESS):
    return alerts.ask(email=email, asked=listed(query))


def confirmed(query="", email=ADDRESS, told=MONDAY - timedelta(days=7), **values):
    text = listed(query)
    return Alert.objects.create(
        token=uuid4(),
        email=email,
        query=text.query,
        label=text.label,
        created_at=told,
        confirmed_at=told,
        told_until=told,
        **values,
    )


def publish(world, when, count=1, **values):
    made = world.many(count, title="Projet", **values)
    Initiative.objects.filter(pk__in=[each.pk for each in made]).update(published_at=when)
    return made


def told():
    return list(OutgoingMail.objects.filter(kind=MailKind.ALERT).order_by("pk"))


def posted(email=ADDRESS, **values):
    return {"email": email, "token": str(uuid4()), "rien": ""} | values
