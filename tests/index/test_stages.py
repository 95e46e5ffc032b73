import threading

import pytest

from index.stages import listening, stage


def test_stages_are_told_to_who_listens_even_when_they_fail() -> None:
    told: list[tuple[str, float]] = []
    with stage("before"):
        pass
    with listening(lambda name, seconds: told.append((name, seconds))):
        with stage("outer"), stage("inner"):
            pass
        with pytest.raises(ValueError, match="x"), stage("failed"):
            raise ValueError("x")
        other = threading.Thread(target=lambda: stage("elsewhere").__enter__())
        other.start()
        other.join()
    with stage("after"):
        pass
    assert [name for name, _ in told] == ["inner", "outer", "failed"]
    assert all(seconds >= 0 for _, seconds in told)
