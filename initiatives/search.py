"""Search in the database, for the lists of the admin and of « Mon espace ».

The public directory answers from its index (`alliance.portal.directory`) with the same meaning; a test holds them equal.
"""

from django.db.models import QuerySet

from alliance.lib.text import query_terms
from initiatives.models import Initiative


def search(initiatives: QuerySet[Initiative], text: str) -> QuerySet[Initiative]:
    """Keep the initiatives where every word of `text` begins a word of the search column.

    A text without any word to look for (blank, « le », « %% ») filters nothing: the caller says so when it matters.
    """
    for term in query_terms(text):
        initiatives = initiatives.filter(search_text__contains=f" {term}")
    return initiatives
