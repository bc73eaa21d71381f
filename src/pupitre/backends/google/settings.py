"""What a tenant's file says about Google Calendar: the table `[google]`. It holds no secret, only where each is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from pupitre.ports import ConfigError

API_ROOT = "https://www.googleapis.com/calendar/v3"
"""`rootUrl` and `servicePath` of the API's discovery document."""

Seconds = Annotated[float, Meta(gt=0)]
Positive = Annotated[int, Meta(ge=1)]


_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class SecretRef(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a secret is: an environment variable, or a file (relative to the settings file). Exactly one."""

    env: str | None = None
    file: str | None = None


class Access(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who the desk is to Google, in one of three ways."""

    service_account: SecretRef | None = None
    """First way: the JSON key of a service account, with which the agents have shared their calendars…"""
    subject: str | None = None
    """…or which acts as this user through domain-wide delegation."""
    client_id: str | None = None
    """Second way: the consent of a person, given to this OAuth client."""
    client_secret: SecretRef | None = None
    refresh_token: SecretRef | None = None
    bearer: SecretRef | None = None
    """Third way: an access token that is never renewed. For the emulator."""


class GoogleSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The planning of one tenant."""

    access: Access
    calendars: Mapping[str, Access] = {}
    """Calendars for which the desk is somebody else, by calendar id. One more free/busy request for each of them."""
    api_root: str = API_ROOT
    token_uri: str | None = None
    """None: as the service account's key says, or Google's own."""

    title: str | None = None
    """Of every event; None for this and the next four: the words of `texts.toml`."""
    location: str | None = None
    booked: str | None = None
    """Description of an event that was booked."""
    moved: str | None = None
    """Description of an event that was moved."""
    linked: str | None = None
    """Description with the screen-pop link; holds `{text}` and `{url}`."""
    screen_pop: str | None = None
    """Link to the record: holds `{id}`, the id of the appointment. None: no link."""
    show_patient_name: bool = False
    """Whether the patient's name follows the title."""
    invite_patients: bool = False
    """Whether patients become guests of the event, where Google lets this account invite."""
    notify: Literal["none", "externalOnly", "all"] = "none"
    """Whom Google tells about changes by mail (`sendUpdates`)."""
    cancel_by: Literal["patch", "delete"] = "patch"
    """How an event is taken off: the tombstone is the same, a patch keeps details in it for a while."""

    timeout_s: Seconds = 5.0
    """For one exchange."""
    retry_for_s: Seconds = 2.0
    """How long one question is asked again, in the same turn, after 429, 5xx, rate limits and silence."""
    wait_at_most_s: Seconds = 10.0
    """How long a request may wait for its turn under the two limits below."""
    per_minute: Positive = 600
    """Requests of the tenant; Google's own limit for one user of one project."""
    calendar_per_minute: Positive = 300
    """Requests about one calendar."""


def check_addresses(settings: GoogleSettings) -> None:
    """Raise ConfigError for an address to which secrets would travel in the clear: only this machine may have one."""
    for name in ("api_root", "token_uri"):
        address = urlsplit(getattr(settings, name) or API_ROOT)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
            raise ConfigError(f"google: {name} must be an https address, or one of the emulator on this machine")


class Texts(Struct, frozen=True):
    """The words that agents read in an event; see the settings of the same names."""

    title: str
    location: str
    booked: str
    moved: str
    linked: str


def texts(settings: GoogleSettings, language: str) -> Texts:
    """The tenant's own words, then those of `texts.toml` in its language (BCP 47). Raises ConfigError."""
    known = tomllib.loads(resources.files("pupitre.backends.google").joinpath("texts.toml").read_text("utf-8"))
    own = {name: value for name in Texts.__struct_fields__ if (value := getattr(settings, name)) is not None}
    words = {**known.get(language.partition("-")[0].lower(), {}), **own}
    try:
        found = msgspec.convert(words, Texts)
        found.linked.format(text="", url="")
        (settings.screen_pop or "").format(id="")
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"google: there are no words in {language!r} for events; give title, location, booked, moved and linked"
        ) from error
    except (KeyError, IndexError, ValueError) as error:
        raise ConfigError(
            "google: linked may hold {text} and {url}, screen_pop {id}, and no other braces; correct them"
        ) from error
    return found
