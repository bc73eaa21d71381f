"""`pupitre understand`: what the desk hears in a sentence, for programs (JSON lines) and for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from email.utils import localtime
from typing import TextIO
from zoneinfo import ZoneInfo

import click
import msgspec

from pupitre import languages
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Hears, Meaning
from pupitre.nlu.understand import understand as hear
from pupitre.wish import Clause, Wish

ZONE = ZoneInfo("Europe/Paris")


class Request(msgspec.Struct):
    """One line of `--jsonl`."""

    id: str
    hears: str
    text: str
    reference: str | None = None
    slots: list[str] = []


@click.command()
@click.argument("text", required=False)
@click.option(
    "--hears", "what", default="intent", help="intent, yes_no, pick, when, phone, name, birth_date, emergency"
)
@click.option("--jsonl", is_flag=True, help="Answer one JSON object a line, {id, value}, for each read.")
@click.option("--language", default="fr-FR", show_default=True)
def understand(text: str | None, what: str, language: str, *, jsonl: bool) -> None:
    """Show what is understood in TEXT."""
    grammar = languages.load(language).grammar
    if jsonl:
        answer_lines(sys.stdin, sys.stdout, grammar)
        return
    answer = value_of(Request("", what, text or ""), grammar)
    click.echo(json.dumps(answer, ensure_ascii=False))


def answer_lines(lines: TextIO, out: TextIO, grammar: Grammar) -> None:
    """Answer requests line by line, in order."""
    decoder = msgspec.json.Decoder(Request)
    for line in lines:
        if line.strip():
            request = decoder.decode(line)
            value = value_of(request, grammar)
            out.write(json.dumps({"id": request.id, "value": value}, ensure_ascii=False) + "\n")
    out.flush()


def value_of(request: Request, grammar: Grammar) -> object:
    """The answer in the form of the labelled sets."""
    now = local(request.reference) if request.reference else localtime().astimezone(ZONE)
    hears = Hears(request.hears)
    offers = [local(slot) for slot in request.slots]
    return FORMS[hears](hear(request.text, (hears,), grammar, now, offers))


def local(text: str) -> datetime:
    """A local time as written, aware."""
    moment = datetime.fromisoformat(text)
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
    return {key: value[:5] if key in ("at", "not_before", "not_after") else value for key, value in form.items()}


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
}
