"""What a task costs: the contract's formula and its two published figures."""

from __future__ import annotations

import pytest

from evolink_widgets.emulator.__main__ import _parser, _service
from evolink_widgets.emulator.contract import credit_formula
from evolink_widgets.emulator.contract.read_request import CheckedRequest, read_request
from evolink_widgets.emulator.service.service import Service

from ..conftest import Ask as Asking
from ..conftest import Caller, Clock

OUTPUT, IMAGE = 0.027 * 68 / 1000, 0.0072 * 68 / 1000


def ask(**fields: object) -> CheckedRequest:
    return read_request({"model": "gpt-image-2", "prompt": "a fox", **fields})


def test_the_two_ends_of_the_published_range() -> None:
    assert credit_formula.output_tokens(1776, 592, "low") == 62
    assert pytest.approx(0.11383, abs=5e-6) == 62 * OUTPUT
    assert credit_formula.output_tokens(2880, 2880, "high") == 23_719
    assert pytest.approx(55.58049, abs=5e-6) == 23_719 * OUTPUT + 16 * 1536 * IMAGE


@pytest.mark.parametrize(("quality", "share"), [("low", 0.11), ("medium", 1), ("high", 4.0)])
def test_qualities_cost_what_they_do_relative_to_medium(quality: str, share: float) -> None:
    medium = credit_formula.output_tokens(1024, 1024, "medium")
    assert credit_formula.output_tokens(1024, 1024, quality) / medium == pytest.approx(
        share, abs=0.005
    )


@pytest.mark.parametrize(
    ("size", "resolution", "price"),
    [
        ("auto", "1K", 1.02), ("auto", "4K", 1.02), ("1:1", "1K", 1.02), ("1:1", "2K", 1.734),
        ("3:1", "4K", 2.652), ("1:1", "4k", 2.652), ("1312x1312", "1K", 1.734),
    ],
)  # fmt: skip
def test_the_beta_model_has_a_price_for_each_tier(size: str, resolution: str, price: float) -> None:
    asked = ask(model="gpt-image-2-beta", size=size, resolution=resolution)
    assert credit_formula.cost(asked, 1) == credit_formula.reserve(asked) == price


@pytest.mark.parametrize("n", [1, 4, 10])
@pytest.mark.parametrize("size", ["auto", "3:1", "2880x2880"])
@pytest.mark.parametrize("links", [0, 1, 16])
def test_what_is_set_aside_always_suffices(n: int, size: str, links: int) -> None:
    more = {"image_urls": ["https://example.com/a.png"] * links} if links else {}
    asked = ask(size=size, n=n, **more)
    assert 0 < credit_formula.cost(asked, n) <= credit_formula.reserve(asked)
    assert credit_formula.cost(asked, n) == pytest.approx(
        n * credit_formula.cost(asked, 1), abs=0.0001 * n
    )


def test_a_dearer_service_reserves_and_charges_its_own_prices() -> None:
    asked = ask(size="3:2", n=2)
    assert credit_formula.cost(asked, 2, 1.3) == pytest.approx(
        1.3 * credit_formula.cost(asked, 2), abs=0.0002
    )
    assert credit_formula.reserve(asked, 1.3) == pytest.approx(
        1.3 * credit_formula.reserve(asked), abs=0.0002
    )
    beta = ask(model="gpt-image-2-beta")
    assert (
        credit_formula.cost(beta, 1, 1.3)
        == credit_formula.reserve(beta, 1.3)
        == pytest.approx(1.3 * 1.02)
    )


def test_the_command_line_sets_the_prices() -> None:
    parser = _parser()
    assert _service(parser, parser.parse_args(["--prices", "1.3"])).prices == 1.3
    assert _service(parser, parser.parse_args([])).prices == 1.0


def test_new_prices_are_for_tasks_that_are_accepted_from_then_on(
    call: Caller, ask: Asking, service: Service, clock: Clock
) -> None:
    before = ask().json["id"]
    reply = call("POST", "/emulator/prices", json_body={"factor": 1.3}, key=None)
    assert reply.json == call("GET", "/emulator/prices", key=None).json == {"factor": 1.3}
    after = ask().json["id"]
    clock.now += 1000
    charges = [
        call("GET", f"/v1/tasks/{task}").json["billing"]["charged_credits"]
        for task in (before, after)
    ]
    assert charges[1] == pytest.approx(1.3 * charges[0], abs=0.0002)
    assert service.account.used == pytest.approx(sum(charges))


@pytest.mark.parametrize("wish", [{}, {"factor": 0}, {"factor": "1"}, {"factor": True}, [1.3]])
def test_prices_are_a_number_above_nothing(call: Caller, service: Service, wish: object) -> None:
    reply = call("POST", "/emulator/prices", json_body=wish, key=None)
    assert (reply.status, reply.error["param"]) == (400, "factor")
    assert service.prices == 1.0
