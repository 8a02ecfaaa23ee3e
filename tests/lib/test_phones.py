import pytest

from alliance.lib.phones import dialled


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("418 555-0123", "tel:+14185550123"),
        ("418 555-0123, poste 12", "tel:+14185550123;ext=12"),
        ("1 800 555-0123", "tel:+18005550123"),
        ("+33 1 23 45 67 89", "tel:+33123456789"),
        ("211", "tel:211"),
        ("2-1-1", "tel:211"),
        ("au comptoir", ""),
        ("", ""),
    ],
)
def test_a_link_dials_what_is_written(phone, link):
    assert dialled(phone) == link
