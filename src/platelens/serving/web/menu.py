"""The pages that the menu leads to, and how any page is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi.responses import HTMLResponse

from platelens.serving.access.principals import Principal
from platelens.serving.web.frame import templates


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the menu leads to."""

    name: str
    title: str
    path: str
    icon: str
    scope: str  # "" = whoever may be here at all


PLACES: Final = (
    Place("read", "Read", "/", "read", "read"),
    Place("search", "Search", "/reads", "search", "search"),
    Place("review", "Review", "/review", "review", "review"),
    Place("live", "Live", "/live", "live", "search"),
    Place("watch", "Watch-lists", "/watch", "watch", "search"),
    Place("statistics", "Statistics", "/statistics", "chart", "search"),
    Place("settings", "Settings", "/settings", "settings", ""),
)
_NOBODY: Final = Principal("", "open", frozenset())


def render(template: str, who: Principal | None, status: int = 200, **values: Any) -> HTMLResponse:
    """Give a page with the menu of who asks; without one where nobody knows who that is."""
    places = [place for place in PLACES if who and (not place.scope or who.may(place.scope))]
    shown: Mapping[str, Any] = {"who": who or _NOBODY, "places": places, "here": "", **values}
    return HTMLResponse(templates().get_template(f"{template}.html").render(shown), status)
