"""What understanding yields: one frozen `Meaning` per utterance, holding every aspect that was heard."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from pupitre.model import Intent
from pupitre.wish import Wish

T = TypeVar("T")


class Hears(StrEnum):
    """What a state listens for; the names are those of `pupitre understand --jsonl`."""

    INTENT = "intent"
    YES_NO = "yes_no"
    PICK = "pick"
    WHEN = "when"
    PHONE = "phone"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    EMERGENCY = "emergency"
    REMINDER = "reminder"
    """Which reminders ("juste la veille"), beside yes and no."""
    WHOM = "whom"
    """With whom the appointment shall be, beside when."""
    ATTENDANCE = "attendance"
    """Whether the patient comes to the appointment he is reminded of."""
    CALLED = "called"
    """What people say who are called, beside yes and no."""


class YesNo(StrEnum):
    YES = "YES"
    NO = "NO"
    UNCLEAR = "UNCLEAR"


class Command(StrEnum):
    """What may be said in every state."""

    AGENT = "agent"
    REPEAT = "repeat"
    SLOWER = "slower"
    HELP = "help"
    WAIT = "wait"
    """ "Attendez", "un instant": not an answer, and not a failure either."""
    BACK = "back"
    GOODBYE = "goodbye"
    WRONG_NUMBER = "wrong_number"
    LATER = "later"
    """ "Rappelez-moi plus tard" (reminder calls)."""
    STOP_CALLING = "stop_calling"
    """ "Ne m'appelez plus" (reminder calls)."""
    WRONG_PERSON = "wrong_person"
    """ "Ce n'est pas moi", "non c'est sa fille": somebody else speaks."""


class Called(StrEnum):
    """What people say who are called, beside yes and no; of several the first in this order counts."""

    FETCHES = "fetches"
    """ "Je vous la passe": the patient will speak."""
    AWAY = "away"
    """ "Elle est sortie", "il dort": he cannot speak now."""
    BUSY = "busy"
    """ "Je n'ai pas le temps": not now."""
    STRANGER = "stranger"
    """Nobody of that name is known here."""
    HIMSELF = "himself"
    WHO_CALLS = "who_calls"
    """Asks who calls or what for, or takes it for an advertisement."""
    FORGOT = "forgot"
    """Asks what appointment, or when."""
    COMING = "coming"
    """Comes to the appointment, said without a yes: "on garde"."""
    OTHER = "other"
    """An answer to another question than who speaks: "j'y serai"."""


class Pick(StrEnum):
    """Which of the things read out; the digits are ranks."""

    FIRST = "1"
    SECOND = "2"
    THIRD = "3"
    NONE = "NONE"
    """Wants others than those named; as `Heard.others`, what was not refused with them."""
    REPEAT = "REPEAT"
    AGENT = "AGENT"
    UNCLEAR = "UNCLEAR"
    """Not decidable: two offers fit what was said, or a bare yes."""


class ReminderChoice(StrEnum):
    """Which of the tenant's reminders the caller wants."""

    ALL = "all"
    DAY_BEFORE = "day_before"
    HOUR_BEFORE = "hour_before"
    NONE = "none"


class Attendance(StrEnum):
    """What is said of the appointment a call reminds of, beside asking to move or cancel it; the gravest first."""

    DECEASED = "deceased"
    BEREAVED = "bereaved"
    """Somebody has died who may be the patient, or of his family."""
    IN_HOSPITAL = "in_hospital"
    GONE = "gone"
    """The patient is not to be found at this number any more."""
    NOT_COMING = "not_coming"
    LATE = "late"


GRAVE = frozenset({Attendance.DECEASED, Attendance.BEREAVED, Attendance.IN_HOSPITAL, Attendance.GONE})
"""After this nothing more is asked: a person sees to it."""


class Heard(Struct, Generic[T], frozen=True):
    """One aspect of what was said: the best reading, how sure (0..1), and the other readings kept."""

    value: T
    confidence: float = 1.0
    others: tuple[T, ...] = ()


class SpokenName(Struct, frozen=True):
    """A name as heard or spelled: upper case without accents."""

    last: str
    first: str | None = None
    spelled: bool = False


class Shift(Struct, frozen=True):
    """When, told by the appointment that is to be moved: so much later (earlier: below 0), or what of it stays."""

    days: int = 0
    months: int = 0
    minutes: int = 0
    same_time: bool = False
    same_day: bool = False
    side: int = 0
    """1 after, -1 before the hour it has, on the same day."""


class Whom(Struct, frozen=True):
    """With whom the appointment shall be. Neither a name, nor `same`, nor `other`: with anybody."""

    name: SpokenName | None = None
    same: bool = False
    """With the agent of last time."""
    other: bool = False
    """Not with the one named; without a name, not with the one who was meant before."""
    sure: bool = True
    """Said in words that can mean nothing else; otherwise a name that no agent has is passed over."""

    def __bool__(self) -> bool:
        """True when one agent is meant, to be had or avoided."""
        return self.name is not None or self.same


class Meaning(Struct, frozen=True):
    """Everything heard in one utterance; an aspect that was not heard (or not listened for) is None."""

    emergency: bool = False
    command: Command | None = None
    intent: Heard[Intent] | None = None
    """Never UNKNOWN: not heard is None."""
    yes_no: Heard[YesNo] | None = None
    pick: Heard[Pick] | None = None
    when: Heard[Wish] | None = None
    shift: Shift | None = None
    """What was said of when by the appointment that is to be moved; `when` may say the rest."""
    phone: str | None = None
    """E.164, valid; never invented."""
    name: Heard[SpokenName] | None = None
    birth_date: date | None = None
    reminder: ReminderChoice | None = None
    attendance: Attendance | None = None
    whom: Whom | None = None
    called: Called | None = None
    delay: int | None = None
    """Minutes from now, said in a call that the desk made: "dans deux heures"."""

    def __bool__(self) -> bool:
        """True when anything at all was understood."""
        return self != Meaning()
