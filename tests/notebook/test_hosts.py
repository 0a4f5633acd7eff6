"""Who drives a kernel: a person whose front end allows no input is not taken for a program."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from .kernels import Kernel, kernel

#: Never from the store: what is done already needs no live view.
ASK = "ew.generate('a fox', size='1024x640', quality='low', fresh=True)"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", params=["6", "7"])
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kernel]:
    with kernel(str(request.param), tmp_path_factory.mktemp("kernel")) as started:
        started.run("import evolink_widgets as ew; ew.configure(mode='emulator', speed=100)")
        yield started


def shown(running: Kernel, *, metadata: dict[str, Any], name: str | None, code: str = ASK) -> bool:
    """Whether a cell that allows no input shows a live view, and does not wait for the end."""
    message = running.client.session.msg(
        "execute_request",
        {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": True},
        metadata=metadata,
    )
    if name is not None:
        message["header"]["msg_id"] = message["msg_id"] = name
    running.client.shell_channel.send(message)
    cell = running.finish(message["header"]["msg_id"])
    assert not cell.error, cell.error
    running.settle()
    displays = [m["content"]["data"] for m in cell.messages if m["msg_type"] == "display_data"]
    return "application/vnd.jupyter.widget-view+json" in displays[0]


def test_nbclient_and_what_is_built_on_it_are_programs(running: Kernel) -> None:
    assert not shown(running, metadata={}, name=None)


def test_a_front_end_that_names_its_messages_as_browsers_do_is_a_persons(running: Kernel) -> None:
    assert shown(running, metadata={}, name=str(uuid.uuid4()))


def test_a_server_that_runs_a_named_cell_does_it_for_a_person(running: Kernel) -> None:
    assert shown(running, metadata={"cellId": "b1946ac9"}, name=None)


def test_voila_runs_cells_for_a_page(running: Kernel) -> None:
    running.run("import os; os.environ['VOILA_KERNEL_ID'] = 'here'")
    assert shown(running, metadata={}, name=None)
    running.run("del os.environ['VOILA_KERNEL_ID']")
