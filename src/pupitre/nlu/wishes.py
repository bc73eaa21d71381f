"""What was wished and refused so far in an utterance, and how one more wish changes it."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct, structs

from pupitre.nlu.clauses import (
    DAY_FIELDS,
    TIME_FIELDS,
    days_of,
    has,
    in_same_window,
    joined,
    lists,
    opposed,
    replaced,
    same_side,
    times_of,
)
from pupitre.wish import WEEKDAYS, Clause


class Wishes(Struct):
    """What stands so far of an utterance read from left to right; `marks` changes how the next wish is taken."""

    today: date
    wanted: list[Clause] = []
    refused: list[Clause] = []
    refusing: bool = False
    denying: bool = False
    """The refusal is a bare "pas": of two days said after it without a joint the second is wanted."""
    denied_after: bool = False
    """That "pas" stood right after a wish."""
    contrast: Clause | None = None
    """The wish that was taken for the second of two so."""
    doubted: bool = False
    """The last wish was refused by words that may also praise it."""
    busy: bool = False
    """The last wish was just refused by what is done then: an hour said next tells when."""
    inherited: bool = False
    """The last wish has its days from the one before it: "mardi à dix heures ou onze heures"."""
    apart: bool = True
    """A new refusal began: what comes next is not part of the last one."""
    never: bool = False
    """Every time was refused: "je travaille tous les jours sauf ..." wants what is excepted."""
    linked: bool = False
    """An "or" or "and" was said since the last wish."""
    choosing: bool = False
    """An "or" was said since the last wish."""
    fallback: bool = False
    """A "sinon" was said since the last wish."""
    stale: set[tuple[str, ...]] = set()
    """What a correction was announced for: replaced by what is said next on the same side (day or time)."""
    limited: bool = False
    """The last clause was a limit: "pas avant dix heures"."""
    stated: bool = False
    """The last clause was said to suit, so a refusal after it speaks of what follows."""
    last: bool = False
    """The mark before was a wish."""
    preferring: bool = False
    """A "plutôt" was said: what follows a "que" is liked less."""
    concluding: bool = False
    """A "donc" was said after a wish: what follows is what was meant."""
    muted: bool = False
    """A reason is being given: days and times in it are no wishes."""
    chain: int = 0
    """Clauses at the end of `wanted` that are joined by a plain "or": a time said last holds for all."""
    leading: Clause | None = None
    """A time said before the days of the last wish: it holds for the days joined to them."""
    closed: bool = False
    """The last wish was said to hold all day: no time of day said later is part of it."""
    asap: bool = False
    any: bool = False
    impossible: bool = False
    newest: Clause | None = None
    """The wish said last."""
    before: tuple[tuple[Clause, ...], tuple[Clause, ...]] = ((), ())
    """What was wanted and refused before the newest wish."""

    told: tuple[Clause, Clause] | None = None
    """A refused time and the days said after it, taken for when it is so as long as anything else is wanted."""
    excepting: bool = False
    """The days said next are those on which the times just refused are not."""

    def add(self, new: Clause, *, avoided: bool, ended: bool = True) -> None:
        """One more wish; `avoided`: it is said to be unwanted. `ended`: no other wish follows in the same breath."""
        self.excepting = self.excepting and bool(new.days) and not has(new, TIME_FIELDS)
        if self.excepting:
            others = tuple(day for day in self.refused[-1].days or WEEKDAYS if day not in new.days)
            self.refused[-1] = structs.replace(self.refused[-1], days=others)
            return
        if self.busy and self._tells_when_busy(new, ended=ended):
            self.busy = False
            return
        contrasted = self._contrasted(new)
        whole = self._with_time(new)
        if whole is None:
            self.before, self.newest = (tuple(self.wanted), tuple(self.refused)), new
        else:
            self.newest = whole
        if avoided or (self.refusing and not contrasted):
            self.refuse(new, apart=avoided)
        else:
            self.want(new)
        self.contrast = new if contrasted else None
        self.last = not avoided
        self.choosing = self.linked = self.fallback = self.concluding = self.doubted = self.busy = False

    def _with_time(self, new: Clause) -> Clause | None:
        """The day just said with this time of it, one wish to whoever replaces it: "vendredi matin plutôt"."""
        day = self.newest
        if day is None or not self.last or self.linked or self.choosing:
            return None
        bare = has(day, DAY_FIELDS) and not has(day, TIME_FIELDS) and not has(new, DAY_FIELDS)
        return joined(day, new, union=False) if bare else None

    def _tells_when_busy(self, new: Clause, *, ended: bool) -> bool:
        """Whether it is the time of what was said to be done that day: "le mardi j'ai kiné à dix heures".

        Days said after a time may be when it is done, too: "l'après-midi j'ai mes petits-enfants le mercredi".
        """
        if self.refusing or self.choosing or not self.refused:
            return False
        if has(new, DAY_FIELDS):
            both = (
                None
                if self.wanted or not ended or has(new, TIME_FIELDS)
                else joined(self.refused[-1], new, union=False)
            )
            if both is None or has(self.refused[-1], DAY_FIELDS):
                return False
            self.told = (self.refused[-1], new)
            self.refused[-1] = both
            return True
        narrowed = joined(self.refused[-1], new, union=False)
        if narrowed is None or has(self.refused[-1], TIME_FIELDS):
            return False
        self.refused[-1] = self.refused[-1] if new.at else narrowed  # what is done at ten may last
        return True

    def _contrasted(self, new: Clause) -> bool:
        """Whether this is the second of two after a bare "pas": "pas lundi mardi". Of three all are refused."""
        if not self.refusing or not self.denying:
            return False
        if self.contrast is not None:
            if not lists(self.contrast, new) or not self.wanted:
                return True
            self.wanted.pop()
            self.refuse(self.contrast, apart=False)
            self.denying = False
            return False
        fresh = self.linked or self.apart or not self.last or not self.refused
        return not fresh and opposed(self.refused[-1], new)

    def refuse(self, new: Clause, *, apart: bool) -> None:
        if self.wanted:
            new = self._in_same_month(self.wanted[-1], new)
        if self.wanted and self.wanted[-1] == new:
            self.wanted.pop()
        splits = self.choosing and not lists(self.refused[-1], new) if self.refused else True
        merged = None if self.apart or apart or splits else joined(self.refused[-1], new, union=True)
        if merged is not None:
            self.refused[-1] = merged
        else:
            self.refused.append(new)
        self.apart = apart

    def want(self, new: Clause) -> None:
        """One more wish: part of the last one, in place of it, or beside it."""
        if new in self.refused:  # said again, and wanted now
            self.refused.remove(new)
        if not self.wanted:
            self._begin(new)
            return
        current = self.wanted[-1]
        corrected = {side for side in self.stale if has(new, side)}
        new = new if corrected else self._in_same_month(current, new)
        if corrected:
            self.stale -= corrected
            self.wanted[-1] = replaced(current, new)
        elif self.inherited and not self.linked and has(new, DAY_FIELDS) and not has(new, TIME_FIELDS):
            self.wanted[-1] = replaced(current, new)
            self.inherited = False
        elif self._stands_apart(current, new):
            self.wanted.append(new)
            self.chain, self.leading, self.closed = 1, None, False
        elif self.concluding and (lists(current, new) or joined(current, new, union=False) is None):
            self._begin(new)
        elif not self._led(current, new):
            self._join(current, new)

    def _begin(self, new: Clause) -> None:
        self.wanted, self.chain, self.leading = [new], 1, None
        self.stated = False

    def _stands_apart(self, current: Clause, new: Clause) -> bool:
        """A day after one that was said to suit at any hour, or after a "sinon" that followed a mere hour."""
        return has(new, DAY_FIELDS) and (self.closed or (self.fallback and not has(current, DAY_FIELDS)))

    def _join(self, current: Clause, new: Clause) -> None:
        splits = self.choosing and same_side(current, new) and (self.fallback or not lists(current, new))
        merged = None if splits else joined(current, new, union=self.choosing)
        if merged is None:
            self.inherited = self.choosing and not self.fallback and not has(new, DAY_FIELDS)
            if self.inherited:
                new = joined(days_of(current), new, union=False) or new
            self.leading = None
            self.chain = self.chain + 1 if self.choosing and not self.fallback else 1
            self.wanted.append(in_same_window(current, new))
            self.stated = False
            return
        self.inherited = False
        if not has(current, DAY_FIELDS) and not has(new, TIME_FIELDS):
            self.leading = times_of(current)
        self.wanted[-1] = merged
        self._distribute(new)

    def _led(self, current: Clause, new: Clause) -> bool:
        """Days after a time and days ("le matin lundi ou jeudi"): the time holds for them until they have their own."""
        if self.leading is None:
            return False
        if not has(new, DAY_FIELDS) and self.chain > 1 and joined(current, new, union=False) is None:
            self.wanted[-1], self.leading = replaced(current, new), None
            return True
        if has(new, TIME_FIELDS) or not (self.choosing or lists(days_of(current), new)):
            return False
        self.wanted.append(joined(self.leading, new, union=False) or new)
        self.chain += 1
        return True

    def _in_same_month(self, current: Clause, new: Clause) -> Clause:
        """A day, or a bound by one, inside the window just said: "en juillet avant le 14"."""
        if self.choosing or current.window_start is None:
            return new
        if len(new.dates) == 1 and new.dates[0] < current.window_start and current.window_end:
            moved = _day_within(new.dates[0].day, current.window_start, current.window_end)
            return structs.replace(new, dates=(moved,)) if moved else new
        if new.window_end is None or new.window_start is not None:
            return new
        if new.window_end >= current.window_start or new.window_end.day > 28:  # noqa: PLR2004  # in every month
            return new
        moved = current.window_start.replace(day=new.window_end.day)
        return structs.replace(new, window_end=moved) if moved > current.window_start else new

    def _distribute(self, new: Clause) -> None:
        """A time of day said after several days holds for each of them."""
        if has(new, DAY_FIELDS):
            return
        for at in range(len(self.wanted) - self.chain, len(self.wanted) - 1):
            if not has(self.wanted[at], TIME_FIELDS):
                self.wanted[at] = joined(self.wanted[at], new, union=False) or self.wanted[at]


def _day_within(number: int, first: date, last: date) -> date | None:
    """The day of that number between these two."""
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return next((day for day in days if day.day == number), None)
