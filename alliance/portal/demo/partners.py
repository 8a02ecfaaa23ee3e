"""The invented organizations. Each name holds a word made up for the purpose, so that none can be a real one."""

import random

from alliance.accounts.models import User
from territories.actions import create_organization
from territories.choices import MunicipalityKind, OrganizationKind
from territories.models import Municipality, Organization, Territory

_KINDS = (
    ("Cuisines collectives {}", OrganizationKind.COMMUNITY),
    ("Maison de quartier {}", OrganizationKind.COMMUNITY),
    ("Relais emploi {}", OrganizationKind.COMMUNITY),
    ("Maison des familles {}", OrganizationKind.COMMUNITY),
    ("Coopérative {}", OrganizationKind.SOCIAL_ECONOMY),
    ("Transport solidaire {}", OrganizationKind.COMMUNITY),
    ("Table de concertation {}", OrganizationKind.COMMITTEE),
)
_WORDS = (
    "Brindelune Clairegrève Ventécume Sablerive Aubécaille Marelune Rosélande Galetclair Boisdouce Lunargent "
    "Fleuvaine Estuaine Corbelune Mistralet Algarive Perlefeuille Sarcelune Tournegrève Vallombreuse Érablune "
    "Givrelle Solécume Brumaline Coquerive Embellune Fougerive Grèvelune Hauterose Joncquelle Kaléfeuille "
    "Lamerive Moussaline Nordécume Ondéclair Plumegrève Quenouillette Rivelaine Sapinelle Tisonlune Ulmerive "
    "Varechine Zéphyrive Bouleline Cendrelune Doucegrève Écumaline Feuillécume Graminelle Houblonnette Islerose "
    "Lichenelle Mélézine Nacrelune Osieraine Pommerive Ressaclair Sorbelune Thymerive Vergelune Airelline"
)
PER_TERRITORY = len(_KINDS)
REGIONAL = 4


def create(by: User, chance: random.Random) -> dict[str, list[Organization]]:
    """Create 60 organizations; return them by MRC slug, the regional ones under an empty slug."""
    words = iter(_WORDS.split())
    made: dict[str, list[Organization]] = {}
    for territory in Territory.objects.all():
        seats = list(
            Municipality.objects.filter(
                territory=territory, kind=MunicipalityKind.MUNICIPALITY, valid_to=None
            )
        )
        made[territory.slug] = [
            _create(by, pattern.format(next(words)), kind, territory, chance.choice(seats), chance)
            for pattern, kind in _KINDS
        ]
    made[""] = [
        _create(by, f"Regroupement régional {next(words)}", OrganizationKind.REGIONAL, None, None, chance)
        for _ in range(REGIONAL)
    ]
    return made


def _create(
    by: User,
    name: str,
    kind: str,
    territory: Territory | None,
    seat: Municipality | None,
    chance: random.Random,
) -> Organization:
    is_committee = kind == OrganizationKind.COMMITTEE
    values = {
        "name": name,
        "kind": kind,
        "has_legal_personality": not is_committee,
        "seat_territory": territory,
        "seat_municipality": seat,
        "territories_served": [territory] if territory else list(Territory.objects.all()),
    }
    if not is_committee:
        values |= {
            "contact_email": f"bonjour@{name.split()[-1].encode('ascii', 'ignore').decode().lower()}.exemple.invalid",
            "contact_phone": f"418 555-01{chance.randrange(100):02d}",  # numbers kept for fiction
            "contact_is_public": chance.random() < 0.6,
        }
    return create_organization(by=by, values=values, is_demo=True)
