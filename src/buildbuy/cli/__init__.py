"""The command line: parse, call the library, print. One file a command, loaded when it is used,
so that `buildbuy --help` answers at once.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import signal
import sys

import click

from buildbuy import __version__
from buildbuy.errors import BadInput, BuildbuyError

COMMANDS = {
    "decide": "A verdict for your team, with its costs, reasons, standing and confidence.",
    "scan": "What a repository uses and has built, and what leaving would touch.",
    "init": "Write a profile by answering a few questions.",
    "explain": "The derivation of a printed number, down to its sources.",
    "measure": "Records of what was measured: your own estimates and what they took.",
    "probe": "Load a real service and say whether it meets the requirement here.",
    "backtest": "Documented decisions replayed with what was known then, and scored.",
    "report": "What changed between two runs, and which input did it.",
    "catalog": "Systems, prices and facts: list, show, compute a bill.",
    "schema": "Print a JSON Schema (profile, run, scan, backtest, probe, system, component, case, evidence).",
}
LONGEST = 1000  # characters of a line in an error message
EXAMPLES = """\
\b
Examples:
  buildbuy decide --component feature-store          ask, then answer
  buildbuy init --component model-serving            write a profile
  buildbuy scan . --out profile.yaml                 a profile from a repository
  buildbuy decide profile.yaml                       decide everything in it
  buildbuy decide profile.yaml --why --money         with reasons and ledgers
  buildbuy explain profile.yaml feature-store        where a number comes from
  buildbuy catalog show feast                        facts, prices and sources
"""


class Lazy(click.Group):
    """A group whose commands are imported only when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            close = difflib.get_close_matches(name, COMMANDS, 1)
            guess = f"did you mean `{close[0]}`? " if close else ""
            raise BadInput(f"`{name}` is not a command", hint=f"{guess}commands: {', '.join(COMMANDS)}")
        command: click.Command = importlib.import_module(f"buildbuy.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]}, help=f"""\
Build it, run it from open source, or buy it: a defended answer for each part of your ML stack.

{EXAMPLES}""")
@click.version_option(__version__, prog_name="buildbuy")
def app() -> None:
    """Entry point; see COMMANDS."""


def main() -> None:
    """Run the command line; errors print one message to stderr and set the exit code."""
    try:
        app.main(prog_name="buildbuy", standalone_mode=False)
        sys.stdout.flush()
    except OSError as e:  # a full disk behind stdout, say; a reader who left is click's business
        _complain(BadInput(f"can't write the result: {e.strerror}"))
        with contextlib.suppress(OSError):
            sys.stdout.close()
        sys.exit(2)
    except BuildbuyError as e:
        _complain(e)
        sys.exit(e.exit_code)
    except click.exceptions.Exit as e:
        sys.exit(e.exit_code)
    except click.Abort as e:  # Ctrl-C, or an end of input where an answer is asked for
        click.echo("stopped", err=True)
        cause = e.__cause__ or e.__context__
        sys.exit(128 + getattr(cause, "signal", signal.SIGINT) if isinstance(cause, KeyboardInterrupt) else 2)
    except click.exceptions.NoArgsIsHelpError as e:
        e.show()
        sys.exit(2)
    except click.ClickException as e:
        context = getattr(e, "ctx", None)
        command = context.command_path if context else "buildbuy"
        _complain(BadInput(e.format_message().rstrip("."), hint=f"{command} --help"))
        sys.exit(2)
    except SystemExit:
        if "PacifyFlushWrapper" in type(sys.stdout).__name__:  # the reader has left, as `head` does
            sys.exit(0)
        raise


def _complain(error: BuildbuyError) -> None:
    """One message on stderr, with nothing in it that a terminal would obey, and no endless lines."""
    from buildbuy.report.safe import plain

    for line in map(plain, str(error).splitlines()):
        click.echo(line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} … {line[-LONGEST // 2 :]}", err=True)
