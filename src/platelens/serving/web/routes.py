"""The pages of the service. What they show, their scripts ask the API for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from platelens.errors import MissingRecordError
from platelens.serving.access import SCOPES, Principal
from platelens.serving.guard import current
from platelens.serving.service import Service, service_of
from platelens.serving.web.frame import templates

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Who = Annotated[Principal, Depends(current)]
Services = Annotated[Service, Depends(service_of)]


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


@router.get("/", response_model=None)
def read_page(who: Who) -> Response:
    """Pictures in, plates out; who may not do that is led to what is allowed."""
    allowed = [place.path for place in PLACES if place.scope and who.may(place.scope)]
    if allowed and not who.may("read"):
        return RedirectResponse(allowed[0], 303)
    return _page("read", who)


@router.get("/reads")
def search_page(who: Who, service: Services) -> HTMLResponse:
    """Look for reads."""
    return _page("search", who, cameras=_cameras(service, who))


@router.get("/reads/{number}")
def detail_page(
    who: Who, service: Services, number: Annotated[int, Path(ge=1, le=2**63 - 1)]
) -> HTMLResponse:
    """Show one read."""
    if not who.may("search"):
        return _page("search", who)
    try:
        service.store.reads.get(number)
    except MissingRecordError:
        words = f"There is no read {number}; it may have been deleted."
        return _render("message", who, 404, title="Not found", words=words)
    return _page("search", who, template="detail", number=number)


@router.get("/review")
def review_page(who: Who, service: Services) -> HTMLResponse:
    """Confirm and correct reads."""
    return _page("review", who, cameras=_cameras(service, who))


@router.get("/live")
def live_page(who: Who) -> HTMLResponse:
    """See what comes in."""
    return _page("live", who)


@router.get("/watch")
def watch_page(who: Who) -> HTMLResponse:
    """Change watch-lists."""
    return _page("watch", who)


@router.get("/statistics")
def statistics_page(who: Who, service: Services) -> HTMLResponse:
    """See how many came, and when."""
    return _page("statistics", who, cameras=_cameras(service, who))


@router.get("/settings")
def settings_page(who: Who) -> HTMLResponse:
    """See who one is, where events go, and what was done."""
    return _page("settings", who, scopes={name: SCOPES[name] for name in SCOPES if who.may(name)})


def _page(name: str, who: Principal, *, template: str = "", **values: Any) -> HTMLResponse:
    place = next(place for place in PLACES if place.name == name)
    if place.scope and not who.may(place.scope):
        words = f"You may not do that here: it needs the scope “{place.scope}”."
        return _render("message", who, 403, title="Not allowed", words=words)
    return _render(template or name, who, 200, here=name, **values)


def _render(template: str, who: Principal, status: int, **values: Any) -> HTMLResponse:
    shown: Mapping[str, Any] = {
        "who": who,
        "places": [place for place in PLACES if not place.scope or who.may(place.scope)],
        "here": "",
        **values,
    }
    text = templates().get_template(f"{template}.html").render(shown)
    return HTMLResponse(text, status)


def _cameras(service: Service, who: Principal) -> list[str]:
    return [camera.name for camera in service.store.cameras.all()] if who.may("search") else []
