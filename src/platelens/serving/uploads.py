"""Pictures and fields of a request, in whichever of the usual forms they come."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from platelens.errors import RequestError, RequestTooLargeError
from platelens.serving.engine import Upload
from platelens.serving.settings import LimitSettings

_MAX_FIELDS: Final = 100
_MAX_NAME: Final = 200
_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DATA_URL: Final = re.compile(r"data:[\w/+.-]*;base64,")


@dataclass(frozen=True, slots=True)
class Intake:
    """What a request brought."""

    uploads: tuple[Upload, ...]
    fields: dict[str, tuple[str, ...]]  # of a form, or the members of a JSON object

    def one(self, name: str) -> str:
        """Give the first value of a field, "" when there is none."""
        return next(iter(self.fields.get(name, ())), "")


async def take_in(request: Request, limits: LimitSettings) -> Intake:
    """Read the body of a request: a form with files, JSON with base64, or one picture's bytes.

    In a form every file counts, whatever its field is called, and so does base64 in `upload`.

    Raises:
        RequestError: the body is malformed.
        RequestTooLargeError: it is too large, or there are too many pictures.
        SlowRequestError: it did not arrive in time.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        intake = await _of_form(await _parse_form(request, kind, limits))
    elif kind == "application/json":
        intake = _of_json(await request.body())
    else:
        data = await request.body()
        name = clean_name(request.headers.get("x-filename", "")) or "image"
        intake = Intake((Upload(name, data),) if data else (), {})
    if len(intake.uploads) > limits.images:
        raise RequestTooLargeError(f"at most {limits.images} pictures a request")
    return intake


def clean_name(name: str) -> str:
    """Give the last part of a file's name, without what a log or a terminal would choke on."""
    last = re.split(r"[/\\]", unquote(name))[-1]
    return _UNPRINTED.sub("", last)[:_MAX_NAME]


def decode_base64(text: str) -> bytes:
    """Decode a picture, with or without `data:image/jpeg;base64,` before it; else RequestError."""
    start = _DATA_URL.match(text)
    try:
        data = "".join(text[start.end() if start else 0 :].split())
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise RequestError("a picture is not base64") from None


async def _parse_form(request: Request, kind: str, limits: LimitSettings) -> FormData:
    try:
        if kind == "application/x-www-form-urlencoded":
            fields = FormParser(request.headers, request.stream(), max_fields=_MAX_FIELDS)
            fields.max_part_size = limits.body_bytes
            return await fields.parse()
        parser = MultiPartParser(
            request.headers,
            request.stream(),
            max_files=limits.images + 1,  # one too many is told by `take_in`
            max_fields=_MAX_FIELDS,
            max_part_size=limits.body_bytes,
        )
        parser.spool_max_size = limits.body_bytes  # no plates in temporary files
        return await parser.parse()
    except MultiPartException as error:
        raise RequestError(f"the form is malformed: {error.message}") from None
    except (KeyError, ValueError) as error:
        raise RequestError(f"the form is malformed: {error}") from None


async def _of_form(form: FormData) -> Intake:
    uploads = []
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
            if data or value.filename:
                uploads.append(Upload(clean_name(value.filename or "") or "image", data))
        elif name == "upload":
            uploads.append(Upload("image", decode_base64(value)))
        else:
            fields[name] = (*fields.get(name, ()), value)
    await form.close()
    return Intake(tuple(uploads), fields)


def _of_json(body: bytes) -> Intake:
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        raise RequestError("the body is no JSON") from None
    if not isinstance(record, dict):
        raise RequestError("the body is no JSON object")
    pictures = record.get("images", [])
    single = record.get("image") or record.get("upload")
    if not isinstance(pictures, list):
        raise RequestError("images: expected a list")
    uploads = [_of_member(picture) for picture in ([single] if single else []) + pictures]
    fields = {
        name: tuple(_plain(item) for item in (value if isinstance(value, list) else [value]))
        for name, value in record.items()
        if name not in ("images", "image", "upload") and value is not None
    }
    return Intake(tuple(uploads), fields)


def _of_member(picture: Any) -> Upload:
    if isinstance(picture, str):
        return Upload("image", decode_base64(picture))
    if isinstance(picture, dict) and isinstance(picture.get("data"), str):
        name = picture.get("name", "")
        given = clean_name(name) if isinstance(name, str) else ""
        return Upload(given or "image", decode_base64(picture["data"]))
    raise RequestError('images: expected base64, or {"name": ..., "data": base64}')


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
