"""The commands and their words. Nothing heavy is imported before a command runs."""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from classpulse.commands import (
    bench,
    bench_agent,
    bench_cost,
    bench_ingest,
    bench_live,
    bench_real,
    bench_seeing,
    exports,
    lectures,
    models,
    school,
    store,
)
from classpulse.console import UsageError, log_to_stderr, say, warn
from contract import ClassPulseError

app = typer.Typer(
    name="classpulse",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(lectures.app, name="lecture")
app.add_typer(school.users, name="user")
app.add_typer(school.roster, name="roster")
app.add_typer(school.policy, name="policy")
app.add_typer(store.app, name="db")
app.add_typer(models.app, name="models")
bench.app.command("agent")(bench_agent.agent)
bench.app.command("cost")(bench_cost.cost)
bench.app.command("ingest")(bench_ingest.ingest)
bench.app.command("live")(bench_live.live)
bench.app.command("real")(bench_real.real)
bench.app.command("seeing")(bench_seeing.seeing)
app.add_typer(bench.app, name="bench")
app.command("erase")(school.erase)
app.command("report")(lectures.report)
app.command("export")(exports.export)


def _say_version(asked: bool) -> None:
    if asked:
        from classpulse.version import version

        say(f"classpulse {version()}")
        raise typer.Exit


@app.callback()
def every_command(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="say which version this is"
        ),
    ] = False,
) -> None:
    """The mood of an online class, live, from predictions that students agree to share."""


Port = Annotated[int | None, typer.Option(min=1, max=65535, help="port to listen on")]


@app.command()
def demo(
    folder: Annotated[
        Path | None, typer.Option(help="keep everything here; a temporary folder otherwise")
    ] = None,
    students: Annotated[int, typer.Option(min=1, max=200, help="simulated students")] = 30,
    port: Port = None,
    once: Annotated[
        bool, typer.Option("--once", help="one whole short lecture, its report, and exit")
    ] = False,
) -> None:
    """Everything at once, on SQLite, with simulated students.

    The same folder goes on with what ran in it half an hour ago or less.
    """
    from classpulse.demo.run import run_demo

    run_demo(folder=folder, students=students, port=port, once=once)


@app.command()
def serve(
    database: Annotated[str | None, typer.Option(help="sqlite:///… or postgresql://…")] = None,
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Port = None,
    url: Annotated[
        str | None, typer.Option(help="public address that links lead to, https://…")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="web threads")] = None,
    tls: Annotated[
        tuple[Path, Path] | None, typer.Option(metavar="CERT KEY", help="serve https")
    ] = None,
) -> None:
    """Run the server: API, dashboard, and the scheduler beside them."""
    from classpulse.serving import run_server

    run_server(database=database, host=host, port=port, url=url, workers=workers, tls=tls)


@app.command()
def scheduler(
    database: Annotated[str | None, typer.Option(help="sqlite:///… or postgresql://…")] = None,
) -> None:
    """Run the job runner alone, for several web processes."""
    from classpulse.serving import run_scheduler

    run_scheduler(database=database)


@app.command()
def agent(
    server: Annotated[str, typer.Option(help="the school's ClassPulse address")],
    join: Annotated[str, typer.Option(help="the lecture's code, or your personal link")],
    source: Annotated[
        str,
        typer.Option(help="camera number or name, video, folder, screen[:X,Y,W,H|TITLE], or demo"),
    ] = "0",
    name: Annotated[str | None, typer.Option(help="your name, where the course asks")] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="play a video at its own speed")
    ] = False,
    loop: Annotated[
        float | None, typer.Option(min=1, help="repeat the source for this many seconds")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="show a window")] = False,
    annotate: Annotated[Path | None, typer.Option(help="write what was seen to a video")] = None,
    room: Annotated[bool, typer.Option("--room", help="many faces, class figures only")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="agree again, with a link that already agreed")
    ] = False,
    state: Annotated[
        Path | None, typer.Option(help="folder of the outbox; the user's own otherwise")
    ] = None,
) -> None:
    """Join a lecture as a student: your camera, your machine, only numbers leave it."""
    from classpulse.student import run_agent

    raise typer.Exit(
        run_agent(
            server=server, join=join, source=source, name=name, realtime=realtime, loop=loop,
            preview=preview, annotate=annotate, room=room, yes=yes, state=state,
        )
    )  # fmt: skip


@app.command()
def predict(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="pictures and videos")],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a picture")] = False,
    annotate: Annotated[Path | None, typer.Option(help="write pictures with boxes here")] = None,
) -> None:
    """Say what the faces in pictures and videos look like."""
    from classpulse.student import run_predict

    raise typer.Exit(run_predict(paths, as_json=as_json, annotate=annotate))


def main() -> None:
    """Run the command; every error a person can act on is one sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Windows redirects in an old code page, which lacks signs of a name or a title.
            stream.reconfigure(errors="replace")
    # Whatever a command logs, its tracebacks show no values; those that serve say more of it.
    log_to_stderr(quiet=True)
    try:
        app()
    except UsageError as error:
        warn(f"classpulse: {error}")
        sys.exit(2)
    except ClassPulseError as error:
        warn(f"classpulse: {error}")
        sys.exit(1)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "benchmarks":
            raise
        warn(
            "classpulse: what measures and draws is no part of the installed program: run this in "
            "a checkout of the repository."
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe has left; that is not a failure of ours.
        sys.stderr.close()
        sys.exit(0)
