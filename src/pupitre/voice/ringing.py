"""The sandbox's voice gateway: `ports.Dialer` that calls nobody."""

from __future__ import annotations

from pupitre.ports import Order


class RingingDialer:
    """What is dialled rings until a test or the demo's page answers it."""

    async def dial(self, order: Order) -> None:
        """See `Dialer.dial`."""

    async def close(self) -> None:
        """Nothing is open."""
