"""Errors."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field


class Fault(BaseModel):
    """One value that is wrong."""

    place: str = Field(examples=["query.limit"])
    message: str


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "code": "MissingRecordError",
                "detail": "there is no read 7",
            }
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    code: str = Field(description="The class of the error, see docs/errors.md.")
    detail: str
    faults: list[Fault] | None = None


_MEANING: Final = {
    400: "The request is malformed",
    401: "No token or login, or one that is not valid",
    403: "Not allowed",
    404: "There is no such thing",
    408: "The request did not arrive in time",
    409: "The name is taken, or the thing is in use",
    413: "Too many bytes, pixels or pictures",
    415: "An unknown kind of content",
    422: "A value is wrong",
    429: "Too often; see Retry-After",
    503: "Too much to do at the moment; see Retry-After",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give the errors of a route, for its `responses`; those that every route has come with."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _MEANING[status], "content": content}
        for status in sorted({400, 401, 403, 422, 429, 503, *statuses})
    }
