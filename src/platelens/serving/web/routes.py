"""The pages of the service. What they show, their scripts ask the API for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from platelens.errors import ScopeError
from platelens.serving.access import SCOPES, Principal
from platelens.serving.guard import current
from platelens.serving.service import Service, service_of
from platelens.serving.web.menu import PLACES, render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Who = Annotated[Principal, Depends(current)]
Services = Annotated[Service, Depends(service_of)]


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
    page = _page("search", who, template="detail", number=number)
    service.store.reads.get(number)  # or there is nothing to show
    return page


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
        raise ScopeError(f"needs the scope {place.scope}: {SCOPES[place.scope]}")
    return render(template or name, who, here=name, **values)


def _cameras(service: Service, who: Principal) -> list[str]:
    return [camera.name for camera in service.store.cameras.all()] if who.may("search") else []
