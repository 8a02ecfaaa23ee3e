from django.conf import settings

from alliance.portal.freshness import data_state


def site(request):
    """Words that every page needs. `has_demo_data` costs a query only where a template asks for it."""
    return {
        "site_name": "Alliance pour la solidarité au Bas-Saint-Laurent",
        "site_url": settings.SITE_URL,
        "has_demo_data": lambda: data_state(request).has_demo,
    }
