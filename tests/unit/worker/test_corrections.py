"""Under what a worker remembers a title: nothing of one user's may reach another."""

from __future__ import annotations

from scrobbled.worker.corrections import Corrections


def loaded(*users: int) -> Corrections:
    """What a worker knows when *users* taught something."""
    known = Corrections()
    known.know(users, aliases=False)
    return known


def test_who_taught_nothing_shares() -> None:
    """One title is looked up once for all of them, and apart from those who taught."""
    known = loaded(3)

    assert known.mark(1) == known.mark(2)
    assert len({known.mark(1), known.mark(3)}) == 2


def test_until_it_is_known_who_taught_nobody_shares() -> None:
    """Before the first look everybody may have corrections."""
    assert Corrections().mark(1) != Corrections().mark(2)


def test_a_correction_makes_its_users_titles_new() -> None:
    """Each time, and nobody else's."""
    known = loaded()
    before = known.mark(1), known.mark(2)
    known.hear("1")
    first = known.mark(1)
    known.hear("1")

    assert 3 == len({before[0], first, known.mark(1)})
    assert before[1] == known.mark(2)


def test_an_alias_makes_everybodys_titles_new() -> None:
    """Those of who taught something too, who stay apart."""
    known = loaded(1)
    known.hear("2")
    before = [known.mark(user) for user in (1, 2, 3)]
    known.hear("")
    after = [known.mark(user) for user in (1, 2, 3)]

    assert 6 == len({*before, *after})


def test_after_a_break_everything_is_new() -> None:
    """What was told meanwhile was not heard."""
    known = loaded(1)
    before = [known.mark(user) for user in (1, 2)]
    known.know([1], aliases=False)

    assert 4 == len({*before, known.mark(1), known.mark(2)})
