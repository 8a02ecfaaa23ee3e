import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from alliance.portal.models import DataVersion

logger = logging.getLogger(__name__)


@csrf_exempt  # nothing is posted here: other methods are told so (405), not that a session has ended
@login_not_required
@never_cache
@require_safe
def health(request):
    """Say that the process answers; with `?pret=1`, also that its database does (503 otherwise)."""
    if request.GET.get("pret") != "1":
        return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    try:
        ready = DataVersion.objects.filter(pk=1).exists()
    except DatabaseError:
        logger.exception("readiness: the database does not answer")
        ready = False
    text, status = ("prêt\n", 200) if ready else ("la base de données ne répond pas\n", 503)
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
