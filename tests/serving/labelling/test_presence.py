from platelens.serving.labelling.presence import Presence


def test_who_says_nothing_is_gone() -> None:
    now = 0.0
    presence = Presence(lambda: now)
    assert presence.note("1", "Ada", "a.png") == []
    now = 5.0
    assert presence.note("2", "Bob", "b.png") == [{"name": "Ada", "image": "a.png"}]
    now = 13.0
    assert presence.note("1", "Ada", "c.png") == [{"name": "Bob", "image": "b.png"}]
    now = 18.0
    assert presence.note("3", "", "c.png") == [{"name": "Ada", "image": "c.png"}]


def test_names_are_short_and_not_too_many() -> None:
    presence = Presence(lambda: 0.0)
    for number in range(300):
        presence.note(str(number), "x" * 1000, "a.png")
    others = presence.note("me", "", "a.png")
    assert len(others) <= 200
    assert {len(other["name"]) for other in others} == {60}
