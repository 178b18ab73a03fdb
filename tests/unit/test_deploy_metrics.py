"""The dashboard and the alerts of deploy/ ask for what is there and say what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs import needs, run

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
LABELS_OF_PROMETHEUS = {"job", "instance", "le"}


def alerts() -> list[dict[str, Any]]:
    """Every rule of the alerts file."""

    groups = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Every panel of the dashboard."""

    return list(json.loads((DEPLOY / "grafana/scrobbled.json").read_text())["panels"])


def expressions() -> list[str]:
    """Every PromQL expression of the dashboard and the alerts."""

    return [rule["expr"] for rule in alerts()] + [
        target["expr"] for panel in panels() for target in panel.get("targets", [])
    ]


def _metrics() -> dict[str, set[str]]:
    """Every series that scrobbled exposes, with its labels."""

    from prometheus_client import Counter, Histogram

    from scrobbled import metrics

    found = {name: {"dependency"} if name == "scrobbled_ready" else set() for name in metrics.SCRAPED}
    for metric in vars(metrics).values():
        if isinstance(metric, Counter | Histogram | metrics.Durations):
            suffixes = ("_total",) if isinstance(metric, Counter) else ("_bucket", "_count", "_sum")
            name = next(iter(metric.describe())).name
            found |= {name + suffix: set(metric._labelnames) for suffix in suffixes}
    return found


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_exists(expression: str) -> None:
    """Dashboard and alerts ask only for series that scrobbled exposes, and for labels these have."""

    known = _metrics()
    used = set(re.findall(r"\bscrobbled_\w+", expression))
    labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression))
    labels |= {
        each.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for each in group.split(",")
    }

    assert used <= known.keys()
    assert labels <= LABELS_OF_PROMETHEUS.union(*(known[name] for name in used))


def test_dashboard_panels_are_whole() -> None:
    """Each panel has an id of its own, a title, and a sentence on what it shows."""

    found = panels()

    assert len({panel["id"] for panel in found}) == len(found)
    assert all(panel["title"] for panel in found)
    assert all(panel["description"] and panel["targets"] for panel in found if panel["type"] != "row")


def test_dashboard_belongs_to_nobody() -> None:
    """The dashboard names no data source of ours: whoever imports it chooses one."""

    assert {"${datasource}"} == {panel["datasource"]["uid"] for panel in panels() if panel["type"] != "row"}


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_every_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    """Each alert has a severity, a summary in one line, and a description with the next step."""

    assert rule["labels"]["severity"] in {"page", "warning", "info"}
    assert 0 < len(rule["annotations"]["summary"]) <= 100
    assert len(rule["annotations"]["description"]) > 100


def test_alert_knows_the_queue_limit() -> None:
    """The alert on a nearly full queue counts from the default of the setting."""

    from scrobbled.config import table

    limit = next(row.default for row in table() if row.attribute == "stream_max_events")
    rule = next(rule for rule in alerts() if rule["alert"] == "ScrobbledQueueNearlyFull")

    assert f"0.8 * {limit}" in rule["expr"]


def test_alerts_fire_when_they_should() -> None:
    """Prometheus agrees with the examples beside the alerts."""

    promtool = needs("promtool", "the alerts are tried on examples")

    for command in ("check config prometheus.yaml", "test rules alerts_test.yaml"):
        first, second, name = command.split()
        said = run(promtool, first, second, DEPLOY / "prometheus" / name)
        assert 0 == said.returncode, said.stdout
