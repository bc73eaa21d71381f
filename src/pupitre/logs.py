"""Logs as JSON lines on stderr: a stable event name, ids, states and reasons; never names, numbers or what was said."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog


def _where(exc_info: structlog.typing.ExcInfo) -> list[str]:
    """Where an error came from: its kind and the lines it passed through. Its message may hold what a caller said."""
    kind, _, trace = exc_info
    return [kind.__name__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace))]


def set_up(*, only_errors: bool = False) -> None:
    """Called once, by commands that serve; those that a person reads while they run keep to errors."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_where),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR if only_errors else logging.NOTSET),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.ERROR if only_errors else logging.WARNING,
        format='{"level":"%(levelname)s","logger":"%(name)s","event":%(message)r}',
    )
