"""The latest initiatives of a filter as an Atom 1.0 feed."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed

from alliance.lib.templatetags.francais import montant
from alliance.portal.lists.about import LICENCE, NAME
from alliance.portal.rows import Row

MOST_ENTRIES = 50
_BEGINNING = "2017-12-10"  # the day of the first plan: the tags of a feed never change
_NOTHING_YET = datetime(2017, 12, 10, tzinfo=UTC)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Return the day of the latest entry; of an empty feed, always the same day."""
        return super().latest_post_date() if self.items else _NOTHING_YET


def tag(thing: str) -> str:
    """Return the permanent name of a thing (RFC 4151), which a change of title or address leaves as it is."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{_BEGINNING}:{thing}"


def feed(rows: list[Row], *, title: str, address: str, page: str) -> str:
    """Return the feed of `rows`, newest first; `address` and `page` are whole addresses: its own and its page's."""
    made = _Feed(
        title=_clean(f"{title} – {NAME}"),
        link=page,
        description="Les initiatives publiées, la plus récente en premier.",
        language="fr-CA",
        author_name=NAME,
        feed_url=address,
        feed_copyright=LICENCE,
        feed_guid=tag(urlsplit(address).path.lstrip("/") + _query(address)),
    )
    for row in rows[:MOST_ENTRIES]:
        made.add_item(
            title=_clean(row.title),
            link=f"{settings.SITE_URL}{row.url}",
            description=_clean(_told(row)),
            unique_id=tag(f"initiatives/{row.number}"),
            pubdate=row.published_at,
            updateddate=row.published_at,
            categories=[theme.name for theme in row.themes],
        )
    return made.writeString("utf-8")


def _query(address: str) -> str:
    query = urlsplit(address).query
    return f"?{query}" if query else ""


def _told(row: Row) -> str:
    """« Résumé. La Mitis, Moisson Mitis, 12 500 $ du FQIS. »"""
    amount = montant(row.amount) if row.amount is None else f"{montant(row.amount)} {row.origin}"
    # Its state changes with the day, an entry only when it is published.
    facts = [row.place, row.lead, amount]
    return " ".join(part for part in (row.summary, f"{', '.join(fact for fact in facts if fact)}.") if part)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
