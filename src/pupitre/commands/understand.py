"""`pupitre understand`: what the desk hears in a sentence, for programs (JSON lines) and for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

import click
import msgspec

from pupitre import languages
from pupitre.clock import SystemClock
from pupitre.nlu.explain import explain
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Hears, Meaning, Shift
from pupitre.nlu.understand import understand as hear
from pupitre.wish import Clause, Wish

ZONE = ZoneInfo("Europe/Paris")
TIMES = ("at", "not_before", "not_after")


class Request(msgspec.Struct):
    """One line of `--jsonl`. `reference` and `slots` are local times; without a reference, now."""

    id: str
    hears: Hears
    text: str
    reference: str | None = None
    slots: list[str] = []


@click.command()
@click.argument("text", required=False)
@click.option("--hears", "what", type=click.Choice([kind.value for kind in Hears]), default="intent", show_default=True)
@click.option("--jsonl", is_flag=True, help="Read {id, hears, text, reference?, slots?} a line, answer {id, value}.")
@click.option("--now", "reference", help="When it is said, local time: 2026-01-05T10:00. Default: the present.")
@click.option("--offer", "slots", multiple=True, help="An offer that was read out, local time; may be repeated.")
@click.option("--language", default="fr-FR", show_default=True)
def understand(
    text: str | None, what: str, reference: str | None, slots: tuple[str, ...], language: str, *, jsonl: bool
) -> None:
    """Show what is understood in TEXT and which line of which grammar says so."""
    try:
        grammar = languages.load(language).grammar
    except languages.UnknownLanguage as unknown:
        raise click.UsageError(str(unknown)) from unknown
    if jsonl:
        answer_lines(sys.stdin, sys.stdout, grammar, reference)
        return
    if text is None:
        raise click.UsageError("say what to understand: pupitre understand 'mardi matin' --hears when")
    request = Request("", Hears(what), text, reference, list(slots))
    meaning = meant(request, grammar)
    for line in explain(text, request.hears, grammar, said_at(request)):
        click.echo(line)
    click.echo(json.dumps(FORMS[request.hears](meaning), ensure_ascii=False))
    if meaning.intent:
        others = "".join(f", perhaps {other.value}" for other in meaning.intent.others)
        click.echo(f"confidence: {meaning.intent.confidence}{others}")
    if meaning.shift:
        click.echo(f"by the appointment to be moved: {json.dumps(shift_form(meaning.shift))}")


def answer_lines(lines: Iterable[str], out: TextIO, grammar: Grammar, reference: str | None = None) -> None:
    """Answer requests line by line, in order; `reference` is for those without one of their own.

    A line that is no request ends it, with its number.
    """
    decoder = msgspec.json.Decoder(Request)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            request = decoder.decode(line)
            request.reference = request.reference or reference
        except (msgspec.ValidationError, msgspec.DecodeError) as wrong:
            raise click.UsageError(f"line {number}: {wrong}") from wrong
        out.write(json.dumps({"id": request.id, "value": value_of(request, grammar)}, ensure_ascii=False) + "\n")
    out.flush()


def value_of(request: Request, grammar: Grammar) -> object:
    """The answer in the form of the labelled sets."""
    return FORMS[request.hears](meant(request, grammar))


def meant(request: Request, grammar: Grammar) -> Meaning:
    """All that is heard where the request's kind alone is listened for."""
    offers = [local(slot) for slot in request.slots]
    return hear(request.text, (request.hears,), grammar, said_at(request), offers)


def said_at(request: Request) -> datetime:
    return local(request.reference) if request.reference else SystemClock().now().astimezone(ZONE)


def local(text: str) -> datetime:
    """A local time as written, aware. Raises UsageError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise click.UsageError(f"{text!r} is no time; write 2026-01-05T10:00") from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def when_form(wish: Wish) -> dict[str, object]:
    """The canonical constraint."""
    form: dict[str, object] = {
        "any_of": [clause_form(clause) for clause in wish.any_of],
        "none_of": [clause_form(clause) for clause in wish.none_of],
        "asap": wish.asap,
        "any": wish.any,
    }
    return {**form, "conflict": True} if wish.conflict else form


def clause_form(clause: Clause) -> dict[str, object]:
    """A clause with what it says only; times as HH:MM."""
    form = {key: value for key, value in msgspec.to_builtins(clause).items() if value}
    return {key: value[:5] if key in TIMES else value for key, value in form.items()}


def shift_form(shift: Shift) -> dict[str, object]:
    """A shift with what it says only."""
    return {key: value for key, value in msgspec.to_builtins(shift).items() if value}


def name_form(meaning: Meaning) -> object:
    name = meaning.name
    return {"last": name.value.last, "first": name.value.first} if name else None


FORMS: dict[Hears, Callable[[Meaning], object]] = {
    Hears.INTENT: lambda heard: heard.intent.value if heard.intent else "UNKNOWN",
    Hears.YES_NO: lambda heard: heard.yes_no.value if heard.yes_no else "UNCLEAR",
    Hears.PICK: lambda heard: heard.pick.value if heard.pick else "UNCLEAR",
    Hears.WHEN: lambda heard: when_form(heard.when.value if heard.when else Wish()),
    Hears.PHONE: lambda heard: heard.phone or "NONE",
    Hears.NAME: name_form,
    Hears.BIRTH_DATE: lambda heard: heard.birth_date.isoformat() if heard.birth_date else "NONE",
    Hears.EMERGENCY: lambda heard: heard.emergency,
    Hears.REMINDER: lambda heard: heard.reminder,
    Hears.ATTENDANCE: lambda heard: heard.attendance,
    Hears.CALLED: lambda heard: heard.called,
    Hears.WHOM: lambda heard: msgspec.to_builtins(heard.whom),
}
