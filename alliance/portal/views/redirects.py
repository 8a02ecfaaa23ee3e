"""Old, merged and capitalized addresses lead to the present one; unknown ones are not found."""

from django.http import Http404, HttpRequest, HttpResponsePermanentRedirect

from alliance.portal.directory import Directory
from alliance.portal.labels import Label


def label_or_404(directory: Directory, kind: str, slug: str) -> Label:
    """Return the present label of an address, old or new, whatever its case. Raises Http404."""
    label = directory.labels.find(kind, slug.lower())
    if label is None:
        raise Http404
    return label


def moved(label: Label, slug: str) -> HttpResponsePermanentRedirect | None:
    """Return the redirection to the label's own address when another one was asked."""
    return HttpResponsePermanentRedirect(label.url) if label.slug != slug else None


def moved_to(request: HttpRequest, path: str) -> HttpResponsePermanentRedirect:
    """Return the redirection to another path of the same page; what is asked of it follows."""
    query = request.GET.urlencode()
    return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
