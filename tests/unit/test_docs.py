"""The documents say what the code does: nothing is left out, nothing is made up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import click
import pytest
from prometheus_client import Counter, Histogram

from scrobbled import metrics
from scrobbled.api import native as native_reads
from scrobbled.api import oauth
from scrobbled.api import reelrifter as reelrifter_reads
from scrobbled.api import trakt as trakt_reads
from scrobbled.cli.context import NOT_SETTINGS
from scrobbled.cli.main import COMMANDS
from scrobbled.config import table
from scrobbled.ingest import native, reelrifter, trakt, webhooks
from scrobbled.model.outcome import Outcome
from scrobbled.ui import routes as pages
from scrobbled.web import description, health
from scrobbled.web.errors import CODES
from scrobbled.web.routes import Route, Surface
from scrobbled.wire import webhook

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "scrobbled"
DOCS = ROOT / "docs"
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    ROOT / "deploy" / "README.md",
    *sorted(DOCS.rglob("*.md")),
]

#: Where reasons are given: as constants of the first, as ``reason=…`` in the others.
CONSTANT_REASONS = CODE / "wire" / "reasons.py"
GIVEN_REASONS = [
    *(CODE / name for name in ("rules/counting.py", "rules/fold.py", "rules/timeline.py", "match/decide.py")),
    *(CODE / name for name in ("worker/matching.py", "worker/batch.py", "worker/writing.py")),
]

#: Of Trakt's surface alone, or of aiohttp.
OTHER_STATUSES = {412, 415, 420, 501}
LEVELS = {"debug", "info", "warning", "error", "exception"}
CODE_SPANS = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
PATHS = re.compile(
    r"(?<![\w.})])(/(?:v1|trakt|oauth|webhooks|api/public/v1|health)(?:/[\w{}$]+)*|/metrics|/openapi\.json|/docs)(?![\w/])"
)
#: What examples write for a part of a path that only the reader knows.
PLACEHOLDERS = {"TOKEN", "$TOKEN", "EVENT_ID", "ID", "me"}

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def tree(path: Path) -> ast.Module:
    """The source in *path*, parsed."""
    return ast.parse(path.read_text())


def texts(node: ast.AST) -> set[str]:
    """The texts written out in *node*."""
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def tabled(document: str) -> set[str]:
    """What stands as code in the first column of the tables of *document*."""
    rows = re.findall(r"^\| (`[^|]+) \|", (DOCS / document).read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def reasons() -> set[str]:
    """Every reason that the code gives, but for those of dead events."""
    constants = {
        each.value.value
        for each in tree(CONSTANT_REASONS).body
        if isinstance(each, ast.AnnAssign) and isinstance(each.value, ast.Constant)
    }
    given = {
        text
        for path in GIVEN_REASONS
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "reason"
        for text in texts(keyword.value)
    }
    return {str(each) for each in constants} | given


async def no_gauges() -> dict[str, float]:
    """The numbers of a stream that is away."""
    return {}


@cache
def routes() -> list[Route]:
    """Every route of every surface."""
    found = [*native.routes(1), *webhooks.routes(1), *trakt.routes(), *reelrifter.routes()]
    found += [*native_reads.routes(), *trakt_reads.routes(), *reelrifter_reads.routes()]
    found += [*oauth.routes(), *pages.routes()]
    found += health.routes({}, [no_gauges])
    return found + description.routes(found)


def served(path: str) -> bool:
    """Whether *path* is served, or begins something that is."""
    wanted = path.strip("/").split("/")
    return any(_leads(wanted, route.path.strip("/").split("/")) for route in routes())


def _leads(wanted: list[str], parts: list[str]) -> bool:
    pairs = zip(wanted, parts, strict=False)
    return len(wanted) <= len(parts) and all(
        want == part or (part.startswith("{") and want in PLACEHOLDERS) for want, part in pairs
    )


def commands(text: str) -> Iterator[tuple[str, ...]]:
    """The words after each ``scrobbled`` that is called in the code of *text*."""
    for span in CODE_SPANS.findall(text):
        for call in re.findall(r"(?:^|[`/(\s])scrobbled((?: [a-z]+){1,2})", span):
            yield tuple(call.removeprefix(" scrobbled").split())  # of a container of that name


def logged() -> dict[str, set[str]]:
    """Every event that is logged, with the keys of its line."""
    lines: dict[str, set[str]] = {}
    for path in sorted(CODE.rglob("*.py")):
        for call in ast.walk(tree(path)):
            if isinstance(call, ast.Call) and call.args and _logs(call.func):
                keys = {keyword.arg for keyword in call.keywords if keyword.arg}
                for event in texts(call.args[0]):
                    lines.setdefault(event, set()).update(keys)
    return lines


def _logs(function: ast.expr) -> bool:
    """Whether *function* is ``log.info``, ``get_logger(…).info`` or the like."""
    if isinstance(function, ast.Name):
        return function.id == "say"
    if not isinstance(function, ast.Attribute) or function.attr not in LEVELS:
        return False
    logger = function.value.func if isinstance(function.value, ast.Call) else function.value
    return ast.unparse(logger).rpartition(".")[2] in {"log", "get_logger"}


def test_settings() -> None:
    """docs/settings.md has a row for every setting, as the code has it, and no other."""
    rows = {
        f"| `{row.variable}` | {f'`{row.default}`' if row.default else 'unset'} | {row.allowed} | {row.doc} |"
        for row in table()
    }

    assert rows == set(re.findall(r"^\| `SCROBBLED_.*\|$", (DOCS / "settings.md").read_text(), re.MULTILINE))


@each_document
def test_settings_exist(document: Path) -> None:
    """A setting that a document names exists."""
    known = {row.variable for row in table()} | NOT_SETTINGS

    assert set() == set(re.findall(r"\bSCROBBLED_[A-Z_]*[A-Z]\b", document.read_text())) - known


def test_outcomes() -> None:
    """docs/outcomes.md has a row for every outcome and every reason, and no other."""
    expected = {outcome.value for outcome in Outcome} | reasons()

    assert expected == tabled("outcomes.md")


@pytest.mark.parametrize("player", webhook.READERS)
def test_players(player: str) -> None:
    """Every player has a page with its address, and the reasons it names exist."""
    page = DOCS / "players" / f"{player}.md"

    assert f"/webhooks/{player}/TOKEN" in page.read_text()
    ignored = re.findall(r"^\|[^|\n]+\| ((?:`\w+`(?:, )?)+) \|$", page.read_text(), re.MULTILINE)
    assert ignored
    assert set() == {word for row in ignored for word in re.findall(r"\w+", row)} - reasons()


def test_metrics() -> None:
    """docs/operations.md has a row for every metric, with its labels, and no other."""
    exposed = dict.fromkeys(metrics.SCRAPED, frozenset[str]()) | {
        "scrobbled_ready": frozenset({"dependency"})
    }
    for metric in vars(metrics).values():
        if isinstance(metric, Counter | Histogram | metrics.Durations):
            name = next(iter(metric.describe())).name + ("_total" if isinstance(metric, Counter) else "")
            exposed[name] = frozenset(metric._labelnames)
    rows = re.findall(
        r"^\| `(scrobbled_\w+)` \|([^|]*)\|", (DOCS / "operations.md").read_text(), re.MULTILINE
    )

    assert exposed == {name: frozenset(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def test_log_lines() -> None:
    """docs/operations.md names every event that is logged, and every key of the lines that count."""
    text = (DOCS / "operations.md").read_text()
    lines = logged()
    names = set(lines) | lines["request"] | lines["event"] | lines["play"]

    assert set() == {name for name in names if f"`{name}`" not in text}


def test_native_routes() -> None:
    """docs/native-api.md has a heading for every route of the native surface, and no other."""
    text = (DOCS / "native-api.md").read_text()

    assert {f"{route.method} {route.path}" for route in routes() if route.surface is Surface.NATIVE} == set(
        re.findall(r"^### ([A-Z]+ /\S+)$", text, re.MULTILINE)
    )


def test_error_codes() -> None:
    """docs/native-api.md tells codes as they are sent, and leaves out those that no route of ours needs."""
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", (DOCS / "native-api.md").read_text(), re.MULTILINE)
    told = {int(status): code for status, code in rows}

    assert told == {status: code for status, code in CODES.items() if status not in OTHER_STATUSES}


@each_document
def test_paths_exist(document: Path) -> None:
    """A path that a document names is served, or begins one that is."""
    found = {path for span in CODE_SPANS.findall(document.read_text()) for path in PATHS.findall(span)}

    assert set() == {path for path in found if not served(path)}


@each_document
def test_commands_exist(document: Path) -> None:
    """A command that a document names exists, and so does its subcommand."""
    unknown = set()
    for name, *rest in commands(document.read_text()):
        if name not in COMMANDS:
            unknown.add(name)
            continue
        group = getattr(import_module(f"scrobbled.cli.{COMMANDS[name][0]}"), name)
        if isinstance(group, click.Group) and rest and rest[0] not in group.commands:
            unknown.add(f"{name} {rest[0]}")

    assert set() == unknown


@each_document
def test_targets_exist(document: Path) -> None:
    """A target of make that a document names exists."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target
        for span in CODE_SPANS.findall(document.read_text())
        for target in re.findall(r"(?:^|`)make ([a-z]+)", span, re.MULTILINE)
    }

    assert set() == named - targets


@each_document
def test_links(document: Path) -> None:
    """Every link inside the repository leads to a file that is there, and to a heading in it."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, heading = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (heading and heading not in headings(target)):
            broken.append(link)

    assert [] == broken


def headings(document: Path) -> set[str]:
    """The headings of *document* as links write them."""
    found = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_architecture_names_what_is_there() -> None:
    """Every file and name in ARCHITECTURE.md is in the package."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    missing = []
    for name, symbol in re.findall(r"`([a-z_]+/[\w/.]+\.(?:py|sql))(?::([\w.]+))?`", text):
        path = ROOT / name if name.startswith("tests/") else CODE / name
        if not path.exists() or not all(f" {part}" in path.read_text() for part in symbol.split(".") if part):
            missing.append(f"{name}:{symbol}")

    assert [] == missing
