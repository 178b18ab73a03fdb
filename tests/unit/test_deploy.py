"""The image, the containers and the units of deploy/ are locked down and speak of things that exist."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs import needs, run

TOP = Path(__file__).resolve().parents[2]
DEPLOY = TOP / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))

#: The part of the compose specification's schema that our file needs.
SERVICE_KEYS = {
    *(
        "build",
        "cap_drop",
        "command",
        "depends_on",
        "deploy",
        "environment",
        "expose",
        "healthcheck",
        "image",
    ),
    *(
        "init",
        "logging",
        "networks",
        "pids_limit",
        "ports",
        "read_only",
        "restart",
        "security_opt",
        "shm_size",
    ),
    *("stop_grace_period", "tmpfs", "user", "volumes"),
}
TOP_KEYS = {"name", "services", "networks", "volumes"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def compose() -> dict[str, Any]:
    """The compose file, with YAML's anchors and merges carried out."""

    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def services() -> dict[str, dict[str, Any]]:
    """The services of the compose file."""

    return dict(compose()["services"])


# The image ---------------------------------------------------------------------


def test_image_runs_without_rights() -> None:
    """The image's last stage runs as a fixed uid other than root, stops on SIGTERM and checks its health."""

    last_stage = (DEPLOY / "Dockerfile").read_text().split("\nFROM ")[-1]
    user = re.search(r"^USER (\d+):(\d+)$", last_stage, re.MULTILINE)

    assert user
    assert int(user[1]) >= 1000
    assert f"--uid {user[1]}" in last_stage
    assert "STOPSIGNAL SIGTERM" in last_stage
    assert "/health/ready" in last_stage


def test_image_is_locked() -> None:
    """Whatever pip fetches for the image comes from a lock with hashes and is not compiled."""

    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    installs = re.findall(r"pip install[^&\n]*", text)

    assert len(installs) >= 2
    assert all("--no-index" in each or "--require-hashes --only-binary=:all:" in each for each in installs)
    for lock in re.findall(r"requirements/\w+\.txt", text):
        assert "--hash=sha256:" in (TOP / lock).read_text()


def test_build_sees_only_what_it_needs() -> None:
    """Nothing enters the build but what .dockerignore names, and no .env ever does."""

    lines = (TOP / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert "*" == rules[0]
    assert "**/.env*" in rules[1:]
    assert all((TOP / rule[1:]).exists() for rule in rules if rule.startswith("!"))


# compose.yaml --------------------------------------------------------------------


def test_compose_file_is_well_formed() -> None:
    """Each key of the compose file is one the specification knows, and each name in it is declared."""

    document = compose()

    assert {key for key in document if not key.startswith("x-")} == TOP_KEYS
    for name, service in services().items():
        assert service.keys() <= SERVICE_KEYS, name
        assert isinstance(service["image"], str)
        assert isinstance(service.get("command", []), list)
        assert set(service["networks"]) <= document["networks"].keys()
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= document["volumes"].keys()
        assert service["depends_on"].keys() <= services().keys() if "depends_on" in service else True
        assert {each["condition"] for each in service.get("depends_on", {}).values()} <= CONDITIONS
        assert re.fullmatch(r"\d+s", service.get("stop_grace_period", "10s"))


def test_compose_roles_are_ours() -> None:
    """The commands in the compose file are ones that the command line takes."""

    from click.testing import CliRunner

    from scrobbled.cli.main import scrobbled
    from scrobbled.cli.serve import ROLES

    assert ["migrate"] == services()["migrate"]["command"]
    assert 0 == CliRunner().invoke(scrobbled, ["migrate", "--help"]).exit_code
    for name in ("web", "worker"):
        *command, roles = services()[name]["command"]
        assert ["serve", "--role"] == command
        assert set(roles.split(",")) <= ROLES


@pytest.mark.parametrize("name", services())
def test_containers_are_locked_down(name: str) -> None:
    """Every container has a read-only root, no capability, no way to gain one, and no root user."""

    service = services()[name]

    assert service["read_only"] is True
    assert ["ALL"] == service["cap_drop"]
    assert ["no-new-privileges:true"] == service["security_opt"]
    assert service["user"].split(":")[0] not in {"", "0", "root"}
    assert any(mount.startswith("/tmp") for mount in service["tmpfs"])


@pytest.mark.parametrize("name", services())
def test_containers_check_their_health(name: str) -> None:
    """Whatever keeps running is checked, by compose or by its image; what runs once is not."""

    check = services()[name].get("healthcheck", {})

    assert (name == "migrate") == check.get("disable", False)
    assert name in {"migrate", "web"} or check["test"][0] in {"CMD", "CMD-SHELL"}


def test_nothing_starts_on_an_old_schema() -> None:
    """The front door and the workers start when the migration has succeeded."""

    for name in ("web", "worker"):
        condition = services()[name]["depends_on"]["migrate"]["condition"]

        assert "service_completed_successfully" == condition
    assert "no" == services()["migrate"]["restart"]


def test_workers_can_be_scaled() -> None:
    """No worker container is given a name of its own, so that each is known by its container's id."""

    worker = services()["worker"]

    assert not {"container_name", "hostname", "ports"} & worker.keys()
    assert "SCROBBLED_WORKER_NAME" not in worker["environment"]


def test_stream_is_durable() -> None:
    """Valkey syncs every write, never evicts, and keeps its data in a volume."""

    valkey = services()["valkey"]
    command = " ".join(valkey["command"])

    for option in ("--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"):
        assert option in command
    assert ["valkey:/data"] == valkey["volumes"]


def test_databases_are_not_reachable_from_outside() -> None:
    """PostgreSQL and Valkey publish no port on a network that leads nowhere; the front door is local."""

    assert compose()["networks"]["servers"]["internal"] is True
    for name in ("postgres", "valkey"):
        assert "ports" not in services()[name]
        assert ["servers"] == services()[name]["networks"]
    assert all(port.startswith("${LISTEN:-127.0.0.1:") for port in services()["web"]["ports"])


def test_no_password_works_by_default() -> None:
    """A missing password stops compose, the example has none, and every variable stands in the example."""

    used = re.findall(r"(?<!\$)\$\{(\w+)(:[?-])?", (DEPLOY / "compose.yaml").read_text())
    example = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / ".env.example").read_text(), re.MULTILINE))

    assert {name for name, _ in used} == example.keys()
    assert all(mark == ":?" for name, mark in used if name.endswith("_PASSWORD"))
    assert all(value == "" for name, value in example.items() if name.endswith("_PASSWORD"))


# Settings ------------------------------------------------------------------------


def test_every_setting_exists() -> None:
    """Every SCROBBLED_* variable that deploy/ speaks of is a setting."""

    from scrobbled.config import table

    known = {row.variable for row in table()}
    for path in sorted(path for path in DEPLOY.rglob("*") if path.is_file()):
        used = set(re.findall(r"SCROBBLED_[A-Z_]*[A-Z]", path.read_text()))

        assert used <= known, path


# systemd -------------------------------------------------------------------------


def _standing_in(folder: Path) -> list[str]:
    """Copies of the units that call a program which is there."""

    for unit in UNITS:
        text = unit.read_text().replace("/opt/scrobbled/bin/scrobbled", shutil.which("true") or "/bin/true")
        (folder / unit.name).write_text(text)
    return [str(path) for path in sorted(folder.glob("*.service"))]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_units_are_locked_down(unit: Path) -> None:
    """Each unit runs as our user on a read-only system, gains no privilege and stops in order."""

    lines = unit.read_text().splitlines()

    for line in ("User=scrobbled", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="):
        assert line in lines
    for line in ("PrivateTmp=yes", "MemoryDenyWriteExecute=yes", "KillMode=mixed", "TimeoutStopSec=20"):
        assert line in lines


def test_worker_units_differ_from_each_other() -> None:
    """Each instance of the worker's unit has a name in the stream and a metrics port of its own."""

    lines = (DEPLOY / "systemd/scrobbled-worker@.service").read_text().splitlines()

    for variable in ("SCROBBLED_WORKER_NAME", "SCROBBLED_METRICS_PORT"):
        assert any(line.startswith(f"Environment={variable}=") and line.endswith("%i") for line in lines)


def test_units_are_valid(tmp_path: Path) -> None:
    """The units leave systemd with nothing to say."""

    systemd_analyze = needs("systemd-analyze", "the units are verified")
    said = run(systemd_analyze, "verify", "--man=no", "--recursive-errors=no", *_standing_in(tmp_path))
    if "unrecognized option" in said.stdout:
        pytest.skip("this systemd-analyze is older than 250 and verifies every unit of the machine")

    assert (0, "") == (said.returncode, said.stdout)


def test_units_are_little_exposed(tmp_path: Path) -> None:
    """Each unit's exposure is below 2 of 10, as systemd rates it."""

    systemd_analyze = needs("systemd-analyze", "the units' exposure is rated")
    for unit in _standing_in(tmp_path):
        said = run(systemd_analyze, "security", "--offline=true", "--threshold=20", "--no-pager", unit)
        if "unrecognized option" in said.stdout:
            pytest.skip("this systemd-analyze is older than 250 and cannot rate a file")

        assert 0 == said.returncode, said.stdout
