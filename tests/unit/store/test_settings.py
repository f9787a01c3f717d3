"""Settings: one sentence for a wrong one, no secret ever shown, and no open bot by accident."""

from __future__ import annotations

import stat

import pytest
from cryptography.fernet import Fernet

from bot.settings import Settings, SettingsError, load_settings
from bot.store.encryption import KEY_FILE, load_cipher

REAL = {"app_id": "app", "app_password": "hush-hush", "app_tenant_id": "Tenant"}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PERFBOT_{name.upper()}", raising=False)


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("PERFBOT_HOME", "/tmp/somewhere")
    monkeypatch.setenv("PERFBOT_ALLOWED_TENANTS", "AA; bb,")
    monkeypatch.setenv("PERFBOT_OFFICE_CLOSED", "2026-12-24, 2026-12-29")
    settings = load_settings()
    assert settings.store_url == "sqlite+aiosqlite:////tmp/somewhere/perfbot.sqlite3"
    assert settings.tenants == {"aa", "bb"}
    assert [day.isoformat() for day in settings.office_closed] == ["2026-12-24", "2026-12-29"]
    assert "CW" in settings.allocated_roles


def test_the_command_line_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("PERFBOT_PORT", "1")
    assert load_settings(port=2).port == 2


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("timezone", "Mars/Olympus", "PERFBOT_TIMEZONE is not a time zone"),
        ("case_link_template", "https://x/{name}", "PERFBOT_CASE_LINK_TEMPLATE must hold {child_id}"),
        ("case_link_template", "javascript:{child_id}", "must start with https://"),
        ("database_url", "mysql://u:topsecret@h/d", "PERFBOT_DATABASE_URL must start with"),
        ("port", "99999", "PERFBOT_PORT"),
        ("log_level", "LOUD", "PERFBOT_LOG_LEVEL"),
        ("office_closed", "24 December", "PERFBOT_OFFICE_CLOSED"),
    ],
)
def test_a_wrong_setting_is_one_sentence(name, value, said):
    with pytest.raises(SettingsError) as caught:
        load_settings(**{name: value})
    assert said in str(caught.value)
    assert "topsecret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_secrets_are_never_shown():
    settings = load_settings(
        **REAL, database_url="postgresql+asyncpg://u:hush-hush@h/d", store_key="hush-hush"
    )
    shown = repr(settings) + str(settings) + repr(settings.listing()) + settings.model_dump_json()
    assert "hush-hush" not in shown
    listed = {name: value for name, value, _ in settings.listing()}
    assert (listed["PERFBOT_APP_PASSWORD"], listed["PERFBOT_STORE_KEY"]) == ("set", "set")
    assert {name: value for name, value, _ in load_settings().listing()}["PERFBOT_APP_PASSWORD"] == "not set"


def test_every_setting_is_described():
    assert all(description.endswith((".", "}")) for _, _, description in load_settings().listing())


def test_the_own_tenant_alone_is_allowed_by_default():
    assert load_settings(**REAL).tenants == {"tenant"}
    assert load_settings(**REAL, allowed_tenants="Other").tenants == {"other"}


@pytest.mark.parametrize("missing", list(REAL))
def test_it_will_not_serve_without_credentials(missing):
    load_settings(**REAL).check_can_serve()
    with pytest.raises(SettingsError, match=f"PERFBOT_{missing.upper()}"):
        load_settings(**(REAL | {missing: " "})).check_can_serve()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org", "127.0.0.1.example.org"])
def test_local_mode_is_refused_beyond_this_machine(host):
    with pytest.raises(SettingsError, match="PERFBOT_LOCAL_MODE"):
        load_settings(local_mode=True, host=host).check_can_serve()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_local_mode_on_this_machine(host):
    load_settings(local_mode=True, host=host).check_can_serve()


def test_local_mode_never_opens_a_real_bot():
    with pytest.raises(SettingsError, match="PERFBOT_APP_ID"):
        load_settings(local_mode=True, **REAL).check_can_serve()


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path):
    settings = load_settings(home=tmp_path / "new")
    sealed = load_cipher(settings).seal({"a": 1})
    file = settings.home / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_cipher(settings).open(sealed) == {"a": 1}
    assert [each.name for each in settings.home.iterdir()] == [KEY_FILE]


def test_a_given_key_needs_no_file(tmp_path):
    key = Fernet.generate_key().decode()
    load_cipher(load_settings(home=tmp_path, store_key=key))
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_none_is_one_sentence_without_the_key(tmp_path):
    with pytest.raises(SettingsError, match="PERFBOT_STORE_KEY") as caught:
        load_cipher(load_settings(home=tmp_path, store_key="short-key"))
    assert "short-key" not in str(caught.value)
    (tmp_path / KEY_FILE).write_text("broken")
    with pytest.raises(SettingsError, match="Fernet key"):
        load_cipher(load_settings(home=tmp_path))
