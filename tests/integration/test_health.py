"""Health, metrics and the description, with a real database behind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from scrobbled.api import native, reelrifter, trakt
from tests.library import NOON, ended, episodes, film, left_over, pause, put_on, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person


async def test_ready(client: Client) -> None:
    """A server whose database answers is ready, and says which dependency it asked."""
    response = await client.get("/health/ready")

    assert (200, {"ready": True, "dependencies": {"postgresql": {"ready": True}}}) == (
        response.status, await response.json(),
    )  # fmt: skip


async def test_metrics(client: Client, person: Person) -> None:
    """The metrics tell how long requests and the database took."""
    await person.get("/v1/history")
    text = await (await client.get("/metrics")).text()

    assert re.search(r'http_request_seconds_count\{method="GET",status="200",surface="native"\} [1-9]', text)
    assert re.search(r'store_seconds_count\{operation="history"\} [1-9]', text)


async def test_everything_is_described(client: Client) -> None:
    """Every route is in the description, with its method, its parameters and its scope."""
    document = await (await client.get("/openapi.json")).json()

    assert "3.1.0" == document["openapi"]
    for route in (*native.routes(), *trakt.routes(), *reelrifter.routes()):
        operation = document["paths"][route.path][route.method.lower()]
        nobody: list[object] = [{}] if route.anonymous else []
        assert [{"bearer": [route.scope]}, {"key": [route.scope]}, *nobody] == operation["security"]
        assert {each.name for each in route.query} | set(re.findall(r"\{(\w+)\}", route.path)) == {
            each["name"] for each in operation.get("parameters", [])
        }
        assert {str(status) for status, _ in route.answers} <= set(operation["responses"])


async def test_references_lead_somewhere(client: Client) -> None:
    """Every schema the description refers to is in it, and every operation has a name of its own."""
    text = await (await client.get("/openapi.json")).text()
    document = await (await client.get("/openapi.json")).json()
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]

    assert set(re.findall(r"#/components/schemas/(\w+)", text)) == set(document["components"]["schemas"])
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/history",
        "/v1/playback",
        "/v1/watching",
        "/v1/unmatched",
        "/v1/events/{id}",
        "/v1/me",
        "/v1/tokens",
    ],
)
async def test_description_is_true(pool: Pool, client: Client, person: Person, path: str) -> None:
    """What is answered is what the description says, in content and in refusals."""
    item, (episode,) = await film(pool), await episodes(pool)
    play = await watch(pool, person.id, item)
    await watch(pool, person.id, episode)
    await pause(pool, person.id, episode, 40, NOON)
    await put_on(pool, person.id, episode)
    await left_over(pool, person.id, "Unheard of")
    await ended(pool, person.id, play.event_id, item, "scrobbled")
    document = await (await client.get("/openapi.json")).json()

    answer = await person.get(path.replace("{id}", str(play.event_id)))
    refusal = await (await client.get(path)).json()

    _check(document, path, "200", answer)
    _check(document, path, "401", refusal)


def _check(document: dict[str, Any], path: str, status: str, body: Any) -> None:
    schema = document["paths"][path]["get"]["responses"][status]["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**schema, "components": document["components"]})


async def test_docs(client: Client) -> None:
    """The page for people needs nothing from elsewhere and shows a line to paste for each call."""
    response = await client.get("/docs")
    page = await response.text()

    assert "text/html" == response.content_type
    assert "curl -H &quot;Authorization: Bearer $TOKEN&quot; &quot;$URL/v1/history&quot;" in page
    assert not re.search(r"(src|href)=['\"]?(https?:)?//", page)
