"""For each constraint of what surrounds the public pages, a row that breaks that one alone (read by test_constraints)."""

from datetime import date, timedelta
from uuid import uuid4

from django.utils import timezone

from alliance.portal.models import Alert, EquivalentWords, MissedWord, ToldError, Zoom, ZoomItem, ZoomSection
from initiatives.models import EasyText


def missed(**values):
    day = date(2026, 5, 2)
    return MissedWord(**({"word": "yourte", "first_on": day, "last_on": day} | values))


def told(**values):
    base = {"token": uuid4(), "path": "/", "subject": "false", "message": "Le titre est faux."}
    return ToldError(**(base | {"created_at": timezone.now()} | values))


def zoom(**values):
    return Zoom(**({"slug": "printemps", "title": "Printemps"} | values))


def stored_zoom():
    record = zoom()
    record.save()
    return record


def second_section():
    parent = stored_zoom()
    ZoomSection(zoom=parent, title="Manger").save()
    return ZoomSection(zoom=parent, title="Manger")


def second_item(world):
    parent, initiative = stored_zoom(), world.initiative()
    ZoomItem(zoom=parent, initiative=initiative).save()
    return ZoomItem(zoom=parent, initiative=initiative)


def alert(**values):
    base = {"token": uuid4(), "email": "a@exemple.invalid", "label": "Toutes les initiatives"}
    return Alert(**(base | {"created_at": timezone.now()} | values))


def second_alert():
    alert().save()
    return alert()


def easy(world, **values):
    return EasyText(**({"initiative": world.initiative(), "what": "Un frigo pour tous."} | values))


PUBLIC = {
    "portal_equivalentwords_not_blank": lambda w: EquivalentWords(words=""),
    "portal_missedword_not_blank": lambda w: missed(word=""),
    "portal_missedword_dates": lambda w: missed(last_on=date(2026, 5, 1)),
    "portal_tolderror_subject": lambda w: told(subject="laid"),
    "portal_tolderror_state": lambda w: told(state="perdue"),
    "portal_tolderror_message": lambda w: told(message=""),
    "portal_tolderror_path": lambda w: told(path=""),
    "portal_tolderror_settled_pair": lambda w: told(settled_at=timezone.now()),
    "portal_tolderror_settled_has_date": lambda w: told(state="corrected"),
    "portal_zoom_title": lambda w: zoom(title=""),
    "portal_zoom_slug": lambda w: zoom(slug=""),
    "portal_zoom_publication": lambda w: zoom(publication="demain"),
    "portal_zoom_dates": lambda w: zoom(starts_on=date(2020, 6, 1), ends_on=date(2020, 3, 1)),
    "portal_zoom_published_has_date": lambda w: zoom(publication="published"),
    "portal_zoomsection_title": lambda w: ZoomSection(zoom=stored_zoom(), title=""),
    "portal_zoomsection_once": lambda w: second_section(),
    "portal_zoomitem_once": second_item,
    "portal_alert_email": lambda w: alert(email=""),
    "portal_alert_label": lambda w: alert(label=""),
    "portal_alert_once": lambda w: second_alert(),
    "portal_alert_told_once_confirmed": lambda w: alert(told_until=timezone.now() + timedelta(days=1)),
    "initiatives_easytext_what": lambda w: easy(w, what=""),
    "initiatives_easytext_cost": lambda w: easy(w, cost="cher"),
}
