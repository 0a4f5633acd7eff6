"""The pytest plugin: `evolink_cassette` replays a test's cassette, `--record` records it.

pytest loads it in every project where the package is installed, so that this module imports
nothing of it; the fixture does, when a test asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from evolink_widgets.taped import Cassette

_HELP = "buy and record the cassettes of the tests that use evolink_cassette, with your key"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option whose name no other project has."""
    group = parser.getgroup("evolink_widgets")
    group.addoption(
        "--evolink-record", action="store_true", dest="evolink_record", default=False, help=_HELP
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> Iterator[None]:
    """Add `--record`, unless it is another plugin's, or the project's own: those come first."""
    yield
    if not _is_taken(parser, "--record"):
        parser.getgroup("evolink_widgets").addoption(
            "--record", action="store_true", dest="evolink_record", default=False, help=_HELP
        )


def _is_taken(parser: pytest.Parser, option: str) -> bool:
    """Whether an option has a meaning in this run already."""
    try:
        _, unknown = parser.parse_known_and_unknown_args([option])
    except (pytest.UsageError, SystemExit):  # it is known, and wants a value
        return True
    return option not in unknown


@pytest.fixture
def evolink_cassette(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cassette]:
    """The service, replayed from the cassette beside the test's file, or recorded to it.

    Strict: what is off the tape is an error, and without `--record` nothing is ever sent.
    """
    from evolink_widgets.errors import ConfigurationError
    from evolink_widgets.taped import in_test

    wants = bool(request.config.getoption("evolink_record"))
    block = in_test(_place(request), tmp_path / "evolink_images", record=wants)
    try:
        cassette = block.__enter__()
    except ConfigurationError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield cassette
    finally:
        block.__exit__(None, None, None)
    if cassette.off_tape:
        pytest.fail(f"Off the tape: {'; '.join(cassette.off_tape)}.", pytrace=False)


def _place(request: pytest.FixtureRequest) -> Path:
    """`cassettes/test_file/test_name.cassette` beside the test's file."""
    node = request.node
    group = "" if node.cls is None else f"{node.cls.__name__}."
    name = re.sub(r"[^\w.=-]+", "-", f"{group}{node.name}").strip("-")
    file = Path(str(node.path))
    return file.parent / "cassettes" / file.stem / f"{name[:120]}.cassette"
