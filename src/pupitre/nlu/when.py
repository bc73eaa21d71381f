"""From the pieces of an utterance to a wish: which wishes belong together, which are refused, which were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from msgspec import structs

from pupitre.nlu import bounds, clocks, days, feasts
from pupitre.nlu.cascade import Action, Piece, run
from pupitre.nlu.clauses import DAY_FIELDS, TIME_FIELDS, bare, has, joined, replaced, same_side
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Heard
from pupitre.wish import WEEKDAYS, Clause, Wish

ACTIONS: dict[str, Action] = {**clocks.ACTIONS, **days.ACTIONS, **feasts.ACTIONS, **bounds.ACTIONS}


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
        self.apart = True
        """A new refusal began: what comes next is not part of the last one."""
        self.choosing = False
        """An "or" was said since the last wish."""
        self.fallback = False
        """A "sinon" was said since the last wish."""
        self.stale: set[tuple[str, ...]] = set()
        """What a correction was announced for: replaced by what is said next on the same side (day or time)."""
        self.stated = False
        """The last clause was said to suit, so a refusal after it speaks of what follows."""
        self.last = False
        """The mark before was a wish."""
        self.concluding = False
        """A "donc" was said after a wish: what follows is what was meant."""
        self.muted = False
        """A reason is being given: days and times in it are no wishes."""
        self.chain = 0
        """Clauses at the end of `wanted` that are joined by a plain "or": a time said last holds for all."""
        self.closed = False
        """The last wish was said to hold all day: no time of day said later is part of it."""
        self.asap = self.any = False
        self.newest: Clause | None = None
        self.before: tuple[tuple[Clause, ...], tuple[Clause, ...]] = ((), ())
        """What was wanted and refused before the newest wish."""

    def read(self, pieces: Sequence[Piece]) -> Wish:
        """The wish that these pieces make."""
        for piece in pieces:
            clauses = self._as_clauses(piece)
            for at, clause in enumerate(clauses if not self.muted else ()):
                self.choosing = self.choosing or at > 0
                self._add(clause, avoided=piece.kind == "avoid")
            if piece.kind and not clauses:
                self._mark(piece.kind)
        wanted = tuple(dict.fromkeys(clause for clause in self.wanted if clause != Clause()))
        conflict = any(not _agree(clause) for clause in wanted)
        wanted = tuple(structs.replace(c, days=()) if c.dates and c.days else c for c in wanted)
        refused = tuple(dict.fromkeys(self.refused))
        return Wish(wanted, refused, asap=self.asap, any=self.any and not wanted, conflict=conflict)

    def _as_clauses(self, piece: Piece) -> tuple[Clause, ...]:
        """The wish a piece is, as alternatives; nothing when it is no wish."""
        if piece.kind in ("day", "part", "time", "avoid") and isinstance(piece.value, Clause):
            return (piece.value,)
        if piece.kind == "day" and isinstance(piece.value, tuple):
            return piece.value
        if piece.kind == "clock" and isinstance(piece.value, time):
            return (Clause(at=piece.value),)
        return ()

    # ---- marks -------------------------------------------------------------------------------------------------------

    def _mark(self, kind: str) -> None:
        match kind:
            case "or" | "else":
                self.choosing = True
                self.fallback = self.fallback or kind == "else"
                self.refusing = self.refusing and kind == "or"
                self.muted = False
            case "except":
                self.refusing = self.apart = True
            case "but" | "so":
                self.refusing = self.last = self.muted = False
                self.concluding = kind == "so"
            case "because":
                self.muted = bool(self.wanted or self.refused)
            case "free":
                self.refusing, self.stated = False, True
            case "fix":
                self.stale = {DAY_FIELDS, TIME_FIELDS} if self.wanted else set()
                self.refusing = False
            case "asap":
                self.asap = True
            case "any":
                self.any = True
            case "whole":
                self.closed = bool(self.wanted) and self.last
                self.any = self.any or not self.closed
            case _:
                self._look_back(kind)

    def _look_back(self, kind: str) -> None:
        """Marks that say something of the wish before them."""
        match kind:
            case "busy" | "occupied":
                self._busy(certain=kind == "busy")
            case "neither":
                self._neither()
            case "anyway" if self.refused and not self.wanted:
                self.wanted = [self.refused.pop()]
            case "rather":
                self._rather()
            case "before_it" | "after_it":
                self._bound(before=kind == "before_it")
            case _:
                pass

    def _busy(self, *, certain: bool) -> None:
        """A refusal: "le lundi je travaille" refuses what came before, "je travaille le lundi" what follows."""
        if self.muted:
            return
        bound = bool(self.wanted) and has(self.wanted[-1], ("not_before", "not_after"))
        if self.last and self.wanted and not self.stated and not self.refusing and (certain or not bound):
            self.refused.append(self.wanted.pop())
            self.last, self.chain, self.apart = False, 0, True
        elif certain:
            self.refusing = self.apart = True

    def _neither(self) -> None:
        """A closing "non plus": the wish just said is refused like those before it."""
        if self.last and self.newest is not None and self.wanted:
            new, self.wanted = self.newest, list(self.before[0])
            self.apart = True
            self._refuse(new, apart=False)

    def _rather(self) -> None:
        """A closing "plutôt": the wish just said replaces the one before, or is not refused with it."""
        if self.last and self.newest is not None:
            new, self.wanted, self.refused = self.newest, list(self.before[0]), list(self.before[1])
            self.refusing = False
            self.stale = {DAY_FIELDS, TIME_FIELDS}
            self._want(new)

    def _bound(self, *, before: bool) -> None:
        """A bare "avant" or "après" bounds by the date just said: "je pars le 28 alors avant"."""
        last = self.wanted[-1] if self.wanted else Clause()
        moment = last.at or last.not_after
        if moment and not last.dates:
            self.wanted[-1] = Clause(not_after=moment) if before else Clause(not_before=moment)
        if not last.dates:
            return
        dates = self.wanted[-1].dates
        one = timedelta(days=1)
        self.wanted[-1] = Clause(window_end=min(dates) - one) if before else Clause(window_start=max(dates) + one)

    # ---- wishes ------------------------------------------------------------------------------------------------------

    def _add(self, new: Clause, *, avoided: bool) -> None:
        self.before, self.newest = (tuple(self.wanted), tuple(self.refused)), new
        if avoided or self.refusing:
            self._refuse(new, apart=avoided)
        else:
            self._want(new)
        self.last = not avoided
        self.choosing = self.fallback = self.concluding = False

    def _refuse(self, new: Clause, *, apart: bool) -> None:
        if self.stale and self.wanted and self.wanted[-1] == new:
            self.wanted.pop()
        splits = self.choosing and not _lists(self.refused[-1], new) if self.refused else True
        merged = None if self.apart or apart or splits else joined(self.refused[-1], new, union=True)
        if merged is not None:
            self.refused[-1] = merged
        else:
            self.refused.append(new)
        self.apart = apart

    def _want(self, new: Clause) -> None:
        if new in self.refused:  # said again, and wanted now
            self.refused.remove(new)
        if not self.wanted:
            self.wanted, self.chain = [new], 1
            self.stated = False
            return
        current = self.wanted[-1]
        corrected = {side for side in self.stale if has(new, side)}
        if corrected:
            self.stale -= corrected
            self.wanted[-1] = replaced(current, new)
            return
        new = self._in_same_month(current, new)
        if self.closed and has(new, DAY_FIELDS):
            self.wanted.append(new)
            self.chain, self.closed = 1, False
            return
        if self.concluding and (_lists(current, new) or joined(current, new, union=False) is None):
            self.wanted, self.chain = [new], 1
            return
        splits = self.choosing and same_side(current, new) and (self.fallback or not _lists(current, new))
        merged = None if splits else joined(current, new, union=self.choosing)
        if merged is not None:
            self.wanted[-1] = merged
            self._distribute(new)
            return
        self.chain = self.chain + 1 if self.choosing and not self.fallback else 1
        self.wanted.append(new)
        self.stated = False

    def _in_same_month(self, current: Clause, new: Clause) -> Clause:
        """A bound by day number inside the window just said: "en juillet avant le 14"."""
        if self.choosing or current.window_start is None or new.window_end is None or new.window_start is not None:
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


def _agree(clause: Clause) -> bool:
    return not (clause.dates and clause.days) or all(WEEKDAYS[day.weekday()] in clause.days for day in clause.dates)


def _lists(current: Clause, new: Clause) -> bool:
    """Whether both are plain lists of the same sort: "lundi ou mardi"."""
    for field in ("days", "dates", "periods"):
        if getattr(current, field) and getattr(new, field):
            return bare(current, field) and bare(new, field)
    return False
