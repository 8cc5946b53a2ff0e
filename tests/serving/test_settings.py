from pathlib import Path

import pytest

from platelens.errors import SettingsError
from platelens.serving import load_settings, parse_settings
from platelens.serving.server import check_access
from platelens.serving.settings import is_loopback
from platelens.store import Store


def test_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "platelens.toml"
    file.write_text('data = "kept"\n[server]\nport = 9000\n[access]\nlogin = true\n')
    settings = load_settings(file)
    assert settings.data == tmp_path / "kept"
    assert (settings.server.port, settings.access.login) == (9000, True)
    assert settings.store_address == f"sqlite:///{tmp_path}/kept/store.db"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[server]\nprot = 1", "server.prot"),
        ("[sever]\nport = 1", "sever"),
        ("[server]\nport = 70000", "server.port"),
        ("[reader]\nbatch = 0", "reader.batch"),
        ('[store]\nimages = "some"', "store.images"),
        ('[access]\ntrusted_networks = ["here"]', "trusted_networks"),
        ("[limits]\nimages = 100", "limits.images"),
        ("[server", "platelens.toml"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "platelens.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=named):
        load_settings(file)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(tmp_path / "none.toml")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_not_open_to_others_without_login(store: Store) -> None:
    wide = {"host": "0.0.0.0"}
    with pytest.raises(SettingsError, match=r"access\.login"):
        check_access(parse_settings({"server": wide}), store)
    with pytest.raises(SettingsError, match=r"access\.login"):
        check_access(parse_settings({"server": {"proxies": ["10.0.0.1"]}}), store)
    guarded = parse_settings({"server": wide, "access": {"login": True}})
    with pytest.raises(SettingsError, match="add-user"):
        check_access(guarded, store)
    number, _ = store.access.add_token("t", ["read"])
    check_access(guarded, store)
    store.access.revoke_token(number)
    with pytest.raises(SettingsError, match="add-user"):
        check_access(guarded, store)
    check_access(parse_settings({}), store)
