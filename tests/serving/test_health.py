from collections.abc import Callable

from fastapi.testclient import TestClient

from platelens.store import Store


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json() == {
        "status": "ok",
        "parts": {"reader": True, "store": True},
    }


def test_not_ready_without_the_store(client: TestClient, store: Store) -> None:
    path = store.media.locate("x").parent.parent / "store.db"
    path.write_bytes(b"this is no database any more" * 1000)
    store.close()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"reader": True, "store": False}
    failed = client.get("/api/v1/reads")
    assert (failed.status_code, failed.headers["Retry-After"]) == (503, "5")
    assert str(path) not in failed.text


def test_metrics(client: TestClient, picture: Callable[..., bytes]) -> None:
    client.post("/api/v1/read", content=picture("A", "B"))
    client.get("/api/v1/reads/123456")
    text = client.get("/metrics").text
    assert 'platelens_plates_total{source="api"} 2.0' in text
    assert 'route="/api/v1/read",status="200"} 1.0' in text
    assert "platelens_waiting 0.0" in text
    assert "123456" not in text


def test_headers_of_every_answer(client: TestClient) -> None:
    for path in ("/healthz", "/api/v1/reads", "/nowhere"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_document_has_examples_and_problems(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    read = document["paths"]["/api/v1/read"]["post"]
    assert read["responses"]["200"]["content"]["application/json"]["example"]["images"]
    problem = read["responses"]["413"]["content"]["application/problem+json"]["schema"]
    assert problem == {"$ref": "#/components/schemas/Problem"}
    assert "code" in document["components"]["schemas"]["Problem"]["properties"]
    assert "token" in document["components"]["securitySchemes"]
