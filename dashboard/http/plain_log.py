"""A log for whoever runs the server without our command: tracebacks without anybody's values."""

import structlog


def keep_values_out() -> None:
    """Let structlog, where nobody has configured it, print tracebacks as Python does.

    Its own way, where rich is installed, shows every local variable: tokens, names and numbers.
    """
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    )
