"""Understand one utterance: everything a state listens for, and always emergencies and commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pupitre.model import Intent
from pupitre.nlu.births import birth_date
from pupitre.nlu.called import called, delay
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.intents import intent
from pupitre.nlu.labels import attendance, command, emergency, reminder, yes_no
from pupitre.nlu.likeness import match
from pupitre.nlu.meaning import Heard, Hears, Meaning, Pick
from pupitre.nlu.names import name
from pupitre.nlu.phones import phone
from pupitre.nlu.picks import RANKS, pick, wish_beside
from pupitre.nlu.shifts import shift
from pupitre.nlu.whom import whom
from pupitre.nlu.words import words as words_of
from pupitre.wish import Wish

WISHED = frozenset({Hears.WHEN, Hears.INTENT})
"""What is heard with it: who says what he wants often says when, too."""
DICTATED = frozenset({Hears.PHONE, Hears.BIRTH_DATE})
"""What digits may be: those of a telephone number are nothing else."""


def understand(
    text: str,
    hears: Sequence[Hears],
    grammar: Grammar,
    now: datetime,
    offers: Sequence[datetime] = (),
    names: Sequence[str] = (),
) -> Meaning:
    """Everything heard in `text`, of what `hears` names; emergency and command whatever it names.

    The first of `hears` is what was asked for, the others may be said beside it.
    `now` and `offers` are local to the tenant; `offers` are the starts read out, `names` the names to choose among.
    """
    words = words_of(text, grammar.lexicon)
    number = phone(text, grammar) if DICTATED.intersection(hears) else None
    said = whom(text, words, grammar, titled=Hears.NAME not in hears) if Hears.WHOM in hears else None
    if said is not None:
        text, words = said.text, said.words
    wanted = intent(words, grammar, asked=hears[0] is Hears.INTENT) if Hears.INTENT in hears else None
    moves = wanted.value is Intent.RESCHEDULE if wanted else Hears.WHEN in hears
    return Meaning(
        emergency=emergency(words, grammar),
        command=command(words, grammar),
        intent=wanted,
        yes_no=yes_no(words, grammar) if Hears.YES_NO in hears else None,
        pick=_pick(words, text, grammar, now, offers, names) if Hears.PICK in hears else None,
        when=_when(words, grammar, now, offers, hears),
        shift=shift(words, grammar) if moves else None,
        phone=number if Hears.PHONE in hears else None,
        name=name(text, grammar) if Hears.NAME in hears else None,
        birth_date=birth_date(words, grammar, now, named=number is not None) if Hears.BIRTH_DATE in hears else None,
        reminder=reminder(words, grammar) if Hears.REMINDER in hears else None,
        attendance=attendance(words, grammar) if Hears.ATTENDANCE in hears else None,
        whom=said.whom if said else None,
        called=called(words, grammar) if Hears.CALLED in hears else None,
        delay=delay(words, grammar) if Hears.CALLED in hears else None,
    )


def _when(
    words: Sequence[str], grammar: Grammar, now: datetime, offers: Sequence[datetime], hears: Sequence[Hears]
) -> Heard[Wish] | None:
    if WISHED.isdisjoint(hears):
        return None
    return wish_beside(words, grammar, now, offers if Hears.PICK in hears else ())


def _pick(
    words: Sequence[str],
    text: str,
    grammar: Grammar,
    now: datetime,
    offers: Sequence[datetime],
    names: Sequence[str],
) -> Heard[Pick] | None:
    if names:
        said = name(text, grammar)
        likely = match(said.value, names, grammar.lexicon.sound) if said else []
        if len(likely) == 1 or (len(likely) > 1 and likely[0][1] > likely[1][1]):
            return Heard(RANKS[likely[0][0]], confidence=likely[0][1])
    return pick(words, grammar, now, offers)
