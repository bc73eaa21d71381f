"""From the pieces of an utterance to a wish: which wishes belong together, which are refused, which were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from msgspec import structs

from pupitre.nlu import clocks, days
from pupitre.nlu.cascade import Action, Impossible, Piece, run
from pupitre.nlu.clocks import within
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Heard
from pupitre.wish import WEEKDAYS, Clause, Period, Wish

DAY_FIELDS = ("days", "dates", "window_start", "window_end")
TIME_FIELDS = ("periods", "at", "not_before", "not_after")


def not_early(_: object) -> Clause:
    """What "pas trop tôt" refuses."""
    return Clause(periods=(Period.EARLY_AM,))


def not_late(_: object) -> Clause:
    """What "pas trop tard" refuses."""
    return Clause(periods=(Period.LATE_DAY,))


ACTIONS: dict[str, Action] = {**clocks.ACTIONS, **days.ACTIONS, "not_early": not_early, "not_late": not_late}


def pieces_of(words: Sequence[str], grammar: Grammar, now: datetime) -> list[Piece]:
    """The utterance as the grammar sees it."""
    return run(grammar.topics["when"], words, ACTIONS, now)


def when(words: Sequence[str], grammar: Grammar, now: datetime) -> Heard[Wish] | None:
    """The wish in these words, or None."""
    wish = Composition(now.date()).read(pieces_of(words, grammar, now))
    return Heard(wish) if wish or wish.conflict else None


class Composition:
    """Reads pieces from left to right and keeps what stands so far."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.wanted: list[Clause] = []
        self.refused: list[Clause] = []
        self.refusing = False
        self.choosing = False
        """An "or" was said since the last wish."""
        self.fallback = False
        self.stale: set[tuple[str, ...]] = set()
        """What a correction was announced for: replaced by what is said next on the same side (day or time)."""
        self.stated = False
        """The last clause was said to suit, so a refusal after it speaks of what follows."""
        self.last: Clause | None = None
        """The piece before, when it was a wish."""
        self.chain = 0
        """Clauses at the end of `wanted` that are joined by a plain "or": a time said last holds for all."""
        self.asap = self.any = False

    def read(self, pieces: Sequence[Piece]) -> Wish:
        """The wish that these pieces make."""
        for piece in pieces:
            value = self._as_clause(piece)
            if value is not None:
                self._add(value, refused=piece.kind == "avoid")
            else:
                self._mark(piece.kind)
        wanted = tuple(dict.fromkeys(clause for clause in self.wanted if clause != Clause()))
        refused = tuple(dict.fromkeys(self.refused))
        conflict = any(clause.dates and clause.days and not self._agree(clause) for clause in wanted)
        wanted = tuple(structs.replace(c, days=()) if c.dates and c.days else c for c in wanted)
        return Wish(wanted, refused, asap=self.asap, any=self.any and not wanted, conflict=conflict)

    def _as_clause(self, piece: Piece) -> Clause | None:
        if piece.kind in ("day", "part", "time", "avoid") and isinstance(piece.value, Clause):
            return piece.value
        if piece.kind == "clock" and isinstance(piece.value, time):
            return Clause(at=piece.value)
        if piece.kind == "dayno" and isinstance(piece.value, int):
            try:
                return Clause(dates=(days.next_dayno(self.today, piece.value),))
            except Impossible:
                return None
        return None

    # ---- marks -------------------------------------------------------------------------------------------------------

    def _mark(self, kind: str) -> None:
        match kind:
            case "or":
                self.choosing = True
            case "else":
                self.choosing = self.fallback = True
                self.refusing = False
            case "except":
                self.refusing = True
            case "but":
                self.refusing = False
                self.last = None
            case "free":
                self.refusing = False
                self.stated = True
            case "busy":
                self._busy()
            case "fix":
                self.stale = {DAY_FIELDS, TIME_FIELDS} if self.wanted else set()
                self.refusing = False
            case "asap":
                self.asap = True
            case "any":
                self.any = True
            case _:
                pass

    def _busy(self) -> None:
        """A refusal: "le lundi je travaille" refuses what came before, "je travaille le lundi" what follows."""
        if self.last is not None and self.wanted and not self.stated and not self.refusing:
            self.refused.append(self.wanted.pop())
            self.last, self.chain = None, 0
        else:
            self.refusing = True

    # ---- wishes ------------------------------------------------------------------------------------------------------

    def _add(self, new: Clause, *, refused: bool) -> None:
        self.last = new
        if refused:
            self.refused.append(new)
        elif self.refusing:
            self._refuse(new)
        else:
            self._want(new)
        self.choosing = self.fallback = False

    def _refuse(self, new: Clause) -> None:
        if self.stale and self.wanted and self.wanted[-1] == new:
            self.wanted.pop()
        merged = self._merged(self.refused[-1], new) if self.refused and not self.choosing else None
        if merged is not None:
            self.refused[-1] = merged
        else:
            self.refused.append(new)

    def _want(self, new: Clause) -> None:
        if not self.wanted:
            self.wanted, self.chain = [new], 1
            return
        current = self.wanted[-1]
        corrected = {side for side in self.stale if _has(new, side)}
        if corrected:
            self.stale -= corrected
            self.wanted[-1] = _replaced(current, new)
            return
        splits = self.choosing and self._same_side(current, new) and not _lists(current, new)
        merged = None if splits else self._merged(current, new)
        if merged is not None:
            self.wanted[-1] = merged
            self._distribute(new)
            return
        self.wanted.append(new)
        self.chain = self.chain + 1 if self.choosing and not self.fallback else 1
        self.stated = False

    def _merged(self, current: Clause, new: Clause) -> Clause | None:
        """Both together, or None when they speak of the same thing differently."""
        changes: dict[str, object] = {}
        for field in (*DAY_FIELDS, *TIME_FIELDS):
            here, there = getattr(current, field), getattr(new, field)
            if not there:
                continue
            if not here:
                changes[field] = there
            elif field == "periods" and not self.choosing:
                return None
            elif field in ("days", "dates", "periods") and _bare(current, field):
                changes[field] = tuple(dict.fromkeys((*here, *there)))
            elif here != there:
                return None
        if new.approx:
            changes["approx"] = True
        both = structs.replace(current, **changes)
        if both.at is not None and both.periods:
            both = structs.replace(both, at=within(both.at, both.periods))
        return both

    def _same_side(self, current: Clause, new: Clause) -> bool:
        return any(_has(current, side) and _has(new, side) for side in (DAY_FIELDS, TIME_FIELDS))

    def _distribute(self, new: Clause) -> None:
        """A time of day said after several days holds for each of them."""
        if _has(new, DAY_FIELDS):
            return
        for at in range(len(self.wanted) - self.chain, len(self.wanted) - 1):
            if not _has(self.wanted[at], TIME_FIELDS):
                self.wanted[at] = self._merged(self.wanted[at], new) or self.wanted[at]

    def _agree(self, clause: Clause) -> bool:
        return all(WEEKDAYS[day.weekday()] in clause.days for day in clause.dates)


def _has(clause: Clause, fields: Sequence[str]) -> bool:
    return any(getattr(clause, field) for field in fields)


def _lists(current: Clause, new: Clause) -> bool:
    """Whether both are plain lists of the same sort: "lundi ou mardi"."""
    for field in ("days", "dates", "periods"):
        if getattr(current, field) and getattr(new, field):
            return _bare(current, field) and _bare(new, field)
    return False


def _bare(clause: Clause, field: str) -> bool:
    """Whether nothing but this list was said, so that more of the same may be added to it."""
    side = DAY_FIELDS if field in DAY_FIELDS else TIME_FIELDS
    others = [name for name in (*DAY_FIELDS, *TIME_FIELDS) if name != field]
    if field == "periods":
        others = [name for name in side if name != field]
    return not _has(clause, others)


def _replaced(current: Clause, new: Clause) -> Clause:
    """The new clause in place of the old, keeping what it does not speak of."""
    kept = current
    for side in (DAY_FIELDS, TIME_FIELDS):
        if _has(new, side):
            kept = structs.replace(kept, **{field: getattr(new, field) for field in side})
    return structs.replace(kept, approx=new.approx if _has(new, TIME_FIELDS) else kept.approx)
