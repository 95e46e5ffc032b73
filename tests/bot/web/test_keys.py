import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.web.keys import find_key, make_key, read_keys
from index.errors import SettingsError
from index.settings import Settings, load_settings


def keys_of(value: str) -> Settings:
    return load_settings(api_keys=value)


def test_only_hashes_are_set_and_the_key_opens() -> None:
    reader, writer = make_key("read"), make_key("write")
    keys = read_keys(keys_of(f"{reader.entry}, {writer.entry}"))
    assert sorted(keys.values()) == ["read", "write"]
    assert reader.key not in reader.entry
    for made, scope in (reader, "read"), (writer, "write"):
        found = find_key(keys, made.key)
        assert found == hashlib.sha256(made.key.encode()).hexdigest()
        assert keys[found] == scope


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=[])))
def test_no_other_key_opens(text: str) -> None:
    keys = read_keys(keys_of(make_key("write").entry))
    assert find_key(keys, text) is None


@pytest.mark.parametrize("value", ["secret", "admin:" + "0" * 64, "read:abc", "read:" + "G" * 64])
def test_a_wrong_entry_is_told_without_showing_it(value: str) -> None:
    with pytest.raises(SettingsError, match="entry 1 of ARTICLEBOT_API_KEYS") as error:
        read_keys(keys_of(value))
    assert value not in str(error.value)


def test_no_keys_and_their_hiding() -> None:
    assert read_keys(Settings()) == {}
    assert "0" * 64 not in repr(keys_of("read:" + "0" * 64))
