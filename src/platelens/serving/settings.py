"""The settings of the service, and the TOML file that they are read from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from platelens.errors import SettingsError
from platelens.serving.schemas.operation import CameraSettings
from platelens.store import Camera

Network = IPv4Network | IPv6Network
Kept = Literal["all", "plates", "none"]

_STRICT: Final = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where the service listens."""

    __pydantic_config__: ClassVar = _STRICT

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    allowed_hosts: tuple[str, ...] = ()
    """Names by which clients may call it, besides those of this machine; () = any with a login."""
    https: bool = False  # clients come by HTTPS, through a proxy: cookies are sent only there
    proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For is believed
    connections: Annotated[int, Field(gt=0)] = 512  # further ones are answered 503


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """What is kept, and where."""

    __pydantic_config__: ClassVar = _STRICT

    address: str = ""  # "" = SQLite in the data folder
    images: Kept = "all"  # "plates" = only the plates cut out, "none" = no picture
    retention_days: Annotated[float, Field(ge=0)] | None = (
        None  # of cameras without own; None = keep
    )
    audit_days: Annotated[float, Field(gt=0)] = 365.0
    plate_key_file: str = ""  # keeps plates as hashes with the key in that file


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """What reads, and how much of the machine it may use."""

    __pydantic_config__: ClassVar = _STRICT

    pipeline: str = "default"
    device: str = "cpu"
    regions: tuple[str, ...] = ()
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    workers: Annotated[int, Field(ge=0, le=64)] = 0  # threads that read; 0 = one a processor
    threads: Annotated[int, Field(ge=1, le=64)] = 1  # of each model, for each of those
    queue: Annotated[int, Field(ge=1, le=10_000)] = 64  # pictures that may wait
    batch: Annotated[int, Field(ge=1, le=256)] = 8  # pictures that are read together at most


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What a request may cost."""

    __pydantic_config__: ClassVar = _STRICT

    body_bytes: Annotated[int, Field(gt=0)] = 50_000_000
    queue_bytes: Annotated[int, Field(gt=0)] = 256_000_000  # of all pictures that wait
    pixels: Annotated[int, Field(gt=0)] = 50_000_000
    images: Annotated[int, Field(ge=1)] = 16  # in one request
    receive_s: Annotated[float, Field(gt=0)] = 30.0  # for all of a request to arrive
    answer_s: Annotated[float, Field(gt=0)] = 60.0  # for its pictures to be read
    fetch: bool = False  # whether pictures are fetched from public addresses (`upload_url`)
    requests_per_minute: Annotated[int, Field(ge=0)] = 0  # of each client; 0 = any number


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """Who may do what."""

    __pydantic_config__: ClassVar = _STRICT

    login: bool = False  # without it, everybody who reaches the service may do everything
    session_hours: Annotated[float, Field(gt=0)] = 24.0
    trusted_networks: tuple[Network, ...] = ()
    """Clients from there may have pictures read without a token: Blue Iris cannot send one."""


@dataclass(frozen=True, slots=True)
class CameraEntry:
    """A camera to be watched. Here, and only here, its source may be a file or a folder."""

    __pydantic_config__: ClassVar = _STRICT

    name: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=2000)]
    retention_days: Annotated[float, Field(ge=0, le=36_500)] | None = None
    settings: CameraSettings = field(default_factory=CameraSettings)

    def to_store(self) -> Camera:
        """Give the camera as the store has it."""
        settings = self.settings.model_dump(mode="json", exclude_defaults=True)
        return Camera(self.name, self.source, settings, self.retention_days)


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them."""

    __pydantic_config__: ClassVar = _STRICT

    data: Path = Path("platelens-data")  # database, pictures, key of sessions
    server: ServerSettings = field(default_factory=ServerSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    reader: ReaderSettings = field(default_factory=ReaderSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    cameras: tuple[CameraEntry, ...] = ()

    @property
    def store_address(self) -> str:
        """The address of the database."""
        return self.store.address or f"sqlite:///{self.data / 'store.db'}"

    @property
    def media(self) -> Path:
        """The folder of pictures."""
        return self.data / "media"


_FORM: Final = TypeAdapter(Settings)


def load_settings(path: Path) -> Settings:
    """Read a file of settings; its folder is what a relative `data` begins at.

    Raises:
        SettingsError: there is no such file, it is no TOML, or a value is wrong; names it.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    if isinstance(values.get("data"), str):
        values["data"] = str(path.parent / values["data"])
    try:
        return parse_settings(values)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error.__cause__


def parse_settings(values: dict[str, Any]) -> Settings:
    """Make settings of plain values.

    Raises:
        SettingsError: a key is unknown or a value is wrong; names the first one.
    """
    try:
        settings = _FORM.validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{place}: {first['msg']}") from error
    if settings.limits.images > settings.reader.queue:
        raise SettingsError("limits.images: a request must fit into reader.queue")
    return settings


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
