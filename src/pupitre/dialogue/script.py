"""What is said, in one language, for one tenant: phrases with `{{path}}` placeholders, rendered over values.

A tenant may override any phrase. An unknown key or path is refused when the script is made, never on the telephone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from pupitre.dialogue.settings import DialogueSettings
from pupitre.languages import Language

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
STEP = re.compile(r"([a-z_0-9]+)|\[(\d+)\]")

CONTEXT_PATHS = frozenset(
    path if table == "" else f"{table}.{path}"
    for table, paths in {
        "": ("call_id", "tenant_id", "flow_version", "language", "timezone", "intent", "intent_confidence"),
        "caller": ("from_e164", "from_raw", "channel"),
        "patient": (
            *("partner_id", "display_name", "phone_e164"),
            *("match_mode", "match_confidence", "needs_disambiguation"),
        ),
        "appointment": (
            *("event_id", "status", "start", "stop", "duration_min", "owner_user_id", "location", "label_tts"),
            *("gcal_calendar_id", "gcal_event_id", "gcal_etag"),
        ),
        "constraints": (
            *("raw_text", "window_start", "window_end", "work_hours[].start", "work_hours[].end", "slot_step_min"),
            *("preferred_days[]", "preferred_periods[]", "agent"),
        ),
        "routing": ("agent_queue", "eligible_user_ids[]", "warm_transfer"),
        "slots[]": ("rank", "start", "stop", "owner_user_id", "label_tts"),
        "picked_slot": ("rank",),
        "reminders": ("opt_in", "jobs[].type", "jobs[].offset", "jobs[].when", "jobs[].status"),
        "counters": ("no_speech", "low_confidence", "retries_total"),
        "telemetry": ("state", "last_event", "last_stt", "last_stt_conf"),
    }.items()
    for path in paths
)
"""Every value of the canonical context (seed §1.1) that may be said; `[]` stands for any index."""

SPOKEN_PATHS = frozenset(
    (
        *("tenant.name", "queue.opens", "heard", "choices[]", "upcoming.label_tts", "again"),
        *("brief.who", "brief.want", "brief.far", "brief.why", "brief.line"),
    ),
)
"""Values that are only said: they depend on the moment, or are made of other phrases."""

Values = Mapping[str, object]


class UnknownPhrase(ValueError):
    """An override names a phrase, or a phrase a placeholder, that does not exist. The message names both."""


class Part(Struct, frozen=True):
    """A piece of a phrase: literal text, or the path of a value."""

    text: str = ""
    path: tuple[str | int, ...] = ()


Phrase = tuple[Part, ...]


class Script(Struct, frozen=True):
    """Settings, language and phrases of one tenant. Made by `script_of`."""

    settings: DialogueSettings
    language: Language
    phrases: Mapping[str, Phrase]
    defaults: Mapping[str, Phrase]
    """The language's own, for an override whose value is missing at the moment it is said."""

    def has(self, key: str) -> bool:
        return key in self.phrases

    def text(self, key: str, values: Values) -> str:
        """The phrase, rendered. An absent value is said as nothing; the language's own phrase is preferred then."""
        rendered = _render(self.phrases[key], values)
        if rendered is None:
            rendered = _render(self.defaults[key], values)
        if rendered is None:
            rendered = "".join(part.text or str(_value(part.path, values) or "") for part in self.defaults[key])
        return rendered

    def moment(self, at: datetime) -> str:
        """An instant as it is said, in the tenant's zone, absolute."""
        return self.language.spoken.moment(self.settings.local(at))


def script_of(settings: DialogueSettings, language: Language, overrides: Mapping[str, object] | None = None) -> Script:
    """Put the tenant's phrases over the language's. Raises UnknownPhrase."""
    defaults = {key: _parsed(key, text) for key, text in language.phrases.items()}
    own = {}
    for key, text in _flat(overrides or {}).items():
        if key not in defaults:
            raise UnknownPhrase(f"phrase {key!r} does not exist: remove it or correct its name")
        own[key] = _parsed(key, text)
    return Script(settings, language, defaults | own, defaults)


def _flat(tree: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Nested tables as dotted keys."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            flat[f"{prefix}{key}"] = value
        else:
            raise UnknownPhrase(f"phrase {prefix}{key} is not a text: write it between quotes")
    return flat


def _parsed(key: str, text: str) -> Phrase:
    parts: list[Part] = []
    end = 0
    for found in PLACEHOLDER.finditer(text):
        if found.start() > end:
            parts.append(Part(text[end : found.start()]))
        name = found.group(1)
        if re.sub(r"\[\d+\]", "[]", name) not in CONTEXT_PATHS | SPOKEN_PATHS:
            raise UnknownPhrase(f"phrase {key!r}: {{{{{name}}}}} is not a value of the call; see the canonical context")
        parts.append(Part(path=tuple(word or int(index) for word, index in STEP.findall(name))))
        end = found.end()
    rest = text[end:]
    if "{{" in rest or "}}" in rest or any("{{" in part.text or "}}" in part.text for part in parts):
        raise UnknownPhrase(f"phrase {key!r}: a placeholder is not closed; write {{{{path}}}}")
    if rest:
        parts.append(Part(rest))
    return tuple(parts)


def _render(phrase: Phrase, values: Values) -> str | None:
    """None when a value is absent."""
    said = []
    for part in phrase:
        if part.path:
            value = _value(part.path, values)
            if value is None:
                return None
            said.append(str(value))
        else:
            said.append(part.text)
    return "".join(said)


def _value(path: tuple[str | int, ...], values: Values) -> object:
    value: object = values
    for step in path:
        if isinstance(step, int):
            if not isinstance(value, (list, tuple)) or step >= len(value):
                return None
            value = value[step]
        elif isinstance(value, Mapping):
            value = value.get(step)
        else:
            return None
    return value
