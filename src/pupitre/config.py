"""Reads and checks the operator's settings, and looks their secrets up. See `settings.py` for what may stand there.

A wrong setting is refused at start, in one sentence that names file, key and fix (ConfigError). Secrets are never in
these files: a token is a reference to an environment variable or to a file beside the settings.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from pupitre.backends.odoo.settings import OdooSettings, Planning
from pupitre.booking.reminders import split
from pupitre.phones import e164
from pupitre.ports.errors import ConfigError
from pupitre.settings import DAYS, DeskFile, Secret, TenantFile

if TYPE_CHECKING:
    from pupitre.backends.google.credentials import Keys

T = TypeVar("T")

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_MOBILE = ("+336", "+337")
"""Numbers that Arcep keeps from automatic calls (décision 2022-1583)."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant's settings with its secrets looked up; the settings as they are pinned hold none."""

    settings: TenantFile
    gateway_token: str
    admin_token: str
    file: Path
    odoo: OdooSettings | None = None
    google_keys: Keys | None = None
    dialling_secret: str | None = None
    """Where a voice gateway makes reminder calls."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the operator has set."""

    file: Path
    desk: DeskFile
    tenants: tuple[Tenant, ...]

    @property
    def database_url(self) -> str:
        """`sqlite:///…` with an absolute path, or the PostgreSQL address as given."""
        if "://" in self.desk.database:
            return self.desk.database
        return f"sqlite:///{(self.file.parent / self.desk.database).resolve()}"


def load(path: Path) -> Config:
    """Read and check the desk's file and its tenants'. Raises ConfigError."""
    desk = _read(path, DeskFile)
    tenants = tuple(_tenant(path.parent / name) for name in desk.tenants)
    if desk.sandbox.enabled:
        _keep_inside(path, desk, tenants)
    seen: dict[str, Path] = {}
    tokens: dict[str, Path] = {}
    for tenant in tenants:
        if (other := seen.setdefault(tenant.settings.id, tenant.file)) is not tenant.file:
            raise ConfigError(f"{tenant.file}: id: {other} has the same one; give each tenant its own")
        for token in (tenant.gateway_token, tenant.admin_token):
            if token in tokens:
                raise ConfigError(
                    f"{tenant.file}: tokens: one is used twice ({tokens[token]}); make each token its own"
                )
            tokens[token] = tenant.file
    return Config(path, desk, tenants)


def _keep_inside(path: Path, desk: DeskFile, tenants: tuple[Tenant, ...]) -> None:
    """A sandbox is emptied and refilled at will: nothing it reaches may be anything but this machine's."""
    addresses: list[tuple[Path, str, str | None]] = [(path, "sandbox.emulators", desk.sandbox.emulators)]
    for tenant in tenants:
        google = tenant.settings.google
        addresses += [
            (tenant.file, "odoo.url", tenant.odoo.url if tenant.odoo else None),
            (tenant.file, "google.api_root", google.api_root if google else None),
            (tenant.file, "google.token_uri", google.token_uri if google else None),
            (tenant.file, "reminders.gateway.url", _gateway_url(tenant)),
        ]
    for file, key, address in addresses:
        if address is not None and urlsplit(address).hostname not in _LOOPBACK:
            raise ConfigError(f"{file}: {key}: {address} is not on this machine; a sandbox takes http://127.0.0.1:PORT")


def _gateway_url(tenant: Tenant) -> str | None:
    gateway = tenant.settings.reminders.gateway
    return gateway.url if gateway else None


def _tenant(path: Path) -> Tenant:
    settings = _read(path, TenantFile)
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            f'{path}: timezone: unknown zone {settings.timezone!r}; write one like "Europe/Paris"'
        ) from error
    for table, week in (("hours", settings.hours), ("queues.hours", settings.queues.hours)):
        for day, spans in zip(DAYS, week.spans(), strict=True):
            ends = [edge for span in spans for edge in span]
            if ends != sorted(set(ends)):
                raise ConfigError(f"{path}: {table}.{day}: hours must follow one another; write the earlier span first")
    return Tenant(
        settings=settings,
        gateway_token=_secret(path, "tokens.gateway", settings.tokens.gateway),
        admin_token=_secret(path, "tokens.admin", settings.tokens.admin),
        file=path,
        odoo=_odoo(path, settings),
        google_keys=_google_keys(path, settings),
        dialling_secret=_dialling_secret(path, settings),
    )


def _odoo(path: Path, settings: TenantFile) -> OdooSettings | None:
    if settings.mode not in ("hybrid", "odoo"):
        return None
    odoo = settings.odoo
    if odoo is None:
        raise ConfigError(f'{path}: odoo: mode "{settings.mode}" needs this table; say url, database and login there')
    if (odoo.password is None) == (odoo.api_key is None):
        raise ConfigError(f"{path}: odoo: say where the password or the api_key is, one of the two")
    return OdooSettings(
        url=odoo.url,
        database=odoo.database,
        tenant=settings.id,
        login=odoo.login,
        password=_secret(path, "odoo.password", odoo.password, 1) if odoo.password else "",
        api_key=_secret(path, "odoo.api_key", odoo.api_key) if odoo.api_key else "",
        wire=odoo.wire,
        planning=Planning.GOOGLE if settings.mode == "hybrid" else Planning.ODOO,
        timeout_s=odoo.timeout_s,
        zone=settings.timezone,
        language=settings.language,
        country=settings.region,
        agents=odoo.agents,
        birth_date_field=odoo.birth_date_field,
        title=settings.title,
        location=settings.location,
        description=odoo.description,
        privacy=odoo.privacy,
        notify_attendees=odoo.notify_attendees,
        screen_pop=odoo.screen_pop,
        public_url=odoo.public_url,
    )


def _dialling_secret(path: Path, settings: TenantFile) -> str | None:
    for offset in settings.reminders.offsets:
        try:
            split(offset)
        except ValueError as error:
            raise ConfigError(f"{path}: reminders.offsets: {error}") from error
    gateway = settings.reminders.gateway
    if gateway is None:
        return None
    number = e164(gateway.caller_id, settings.region)
    if number is None:
        raise ConfigError(f"{path}: reminders.gateway.caller_id: no valid number; write it as +33123456789")
    if number.startswith(_MOBILE):
        raise ConfigError(
            f"{path}: reminders.gateway.caller_id: automatic calls may not show a mobile number (06, 07); give another"
        )
    if urlsplit(gateway.url).scheme not in ("http", "https"):
        raise ConfigError(f"{path}: reminders.gateway.url: no web address; write https://gateway.example/calls")
    return _secret(path, "reminders.gateway.secret", gateway.secret)


def _google_keys(path: Path, settings: TenantFile) -> Keys | None:
    if settings.mode not in ("hybrid", "google"):
        return None
    if settings.google is None:
        raise ConfigError(f'{path}: google: mode "{settings.mode}" needs this table; say access there')
    # Loads google-auth, which other modes need not wait for.
    from pupitre.backends.google.credentials import keys_of  # noqa: PLC0415 -- google-auth is slow to load, and not every desk has Google

    try:
        return keys_of(settings.google, lambda key, ref: _secret(path, key, Secret(env=ref.env, file=ref.file), 1))
    except ConfigError as error:
        raise ConfigError(str(error) if str(path) in str(error) else f"{path}: {error}") from error


def _read(path: Path, form: type[T]) -> T:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=form)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); make it with `pupitre init`") from error
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        key = where.rstrip("`").lstrip(".") or "top level"
        raise ConfigError(
            f"{path}: {key}: {what}; correct it, docs/reference/settings.md lists what may stand there"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML ({error}); correct that line") from error


def _secret(path: Path, key: str, secret: Secret, shortest: int = 16) -> str:
    if (secret.env is None) == (secret.file is None):
        raise ConfigError(f'{path}: {key}: say where it is, {{ env = "NAME" }} or {{ file = "name.token" }}')
    if secret.env is not None:
        value = os.environ.get(secret.env, "").strip()
        fix = f"set the environment variable {secret.env}"
    else:
        assert secret.file is not None
        try:
            value = (path.parent / secret.file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: {key}: {secret.file} cannot be read; write the secret into it") from error
        fix = f"write the secret into {secret.file}"
    if len(value) < shortest:
        raise ConfigError(f"{path}: {key}: the secret is missing or shorter than {shortest} characters; {fix}")
    return value
