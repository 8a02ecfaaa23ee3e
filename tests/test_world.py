"""The universe of the tests: what is built once is given again, and only to tests that may be given it."""

from initiatives.choices import State


def test_an_ordinary_test_is_given_what_another_one_built(world):
    assert world.shelf is not None


def test_what_may_change_the_code_has_its_initiatives_built_by_it(world, monkeypatch):
    assert world.shelf is None


def test_many_are_as_listed_as_those_of_the_actions(world):
    first, *others = world.many(5, state=State.IN_PROGRESS)
    assert [row.title for row in (first, *others)] == [f"Initiative {number:02}" for number in range(5)]
    copy = others[-1]
    copy.refresh_from_db()
    assert (copy.publication, copy.published_at, copy.state) == (
        first.publication,
        first.published_at,
        first.state,
    )
    for links in ("themes", "territories", "municipalities", "fiscal_years", "target_groups"):
        assert set(getattr(copy, links).all()) == set(getattr(first, links).all()) != set()
