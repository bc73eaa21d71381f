"""Which of the things read out were named by rank, which were refused, and which were turned down by a reason."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pupitre.nlu.cascade import Piece

TAKEN = "taken"
"""A rank with the words that take it: "je prends le deuxième"."""
PAIRS = {"first_two": (0, 1), "last_two": (-2, -1)}
"""Two at once."""
RANK_KINDS = ("rank", "first", "last", *PAIRS, TAKEN)


class Ranks(Struct):
    """What stands of the ranks, counted from 0, while the pieces are read from left to right."""

    count: int
    named: list[int] = []
    refused: list[int] = []
    """By a bare "pas" or "ni": what was not refused so may be meant."""
    turned_down: list[int] = []
    """By a reason or a verdict: "le premier je ne peux pas", "c'est trop tôt le deuxième"."""
    unsure: bool = False
    """A rank stands right after a verdict on another: "le premier je peux pas le deuxième" says it of either."""
    open: list[int] = []
    """Named since the last verdict."""
    denied: bool = False
    choosing: bool = False
    corrected: bool = False
    barred: bool = False
    """A verdict was just given with nothing named before it: it is on what is named next."""
    judged: bool = False
    """A verdict was just given on what was named before it."""

    def name(self, ranks: Sequence[int]) -> None:
        if self.denied:
            self.refused += ranks
        elif self.barred:
            self.turned_down += ranks
        else:
            self.unsure = self.judged
            self.named = [*self.named, *ranks] if self.choosing or not self.corrected else [*ranks]
            self.open += ranks
        self.denied = self.choosing = self.corrected = self.barred = self.judged = False

    def mark(self, kind: str) -> None:
        """What words that name no rank do to those before and after them."""
        self.denied = kind == "not" or (self.denied and not kind)
        match kind:
            case "or":
                self.choosing = True
            case "fix":
                self.corrected, self.barred, self.judged = True, False, False
            case "but":
                self.barred = self.judged = False
            case "yes":
                self.open, self.barred, self.judged, self.unsure = [], False, False, False
            case "NONE" | "also" if self.open:
                self.turned_down += self.open
                self.open, self.judged = [], True
            case "too" if self.unsure:  # "le premier impossible le deuxième aussi"
                self.turned_down += self.open
                self.open, self.unsure = [], False
            case "NONE":
                self.barred = not self.judged


def ranks_of(pieces: Sequence[Piece], count: int) -> Ranks:
    """The ranks in these pieces of `count` things read out; what was taken back is not among them."""
    heard = Ranks(count)
    for piece in pieces:
        named = [rank for rank in _named(piece, count) if 0 <= rank < count]
        if piece.kind == TAKEN and named:
            heard.mark("but")
        if named:
            heard.name(named)
        else:
            heard.mark(piece.kind)
    heard.named = sorted(set(heard.named) - set(heard.refused) - set(heard.turned_down))
    return heard


def _named(piece: Piece, count: int) -> tuple[int, ...]:
    """The ranks that a piece names."""
    if piece.kind in PAIRS:
        return tuple(rank % count for rank in PAIRS[piece.kind])
    if piece.kind == "first":
        return (0,)
    if piece.kind == "last":
        return (count - 1,)
    return (piece.value - 1,) if piece.kind in RANK_KINDS and isinstance(piece.value, int) else ()
