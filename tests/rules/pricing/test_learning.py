"""Estimates that learn: dearer and cheaper services, strange receipts, a change of prices."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.rules.pricing.learning import Learned, Sample
from evolink_widgets.rules.pricing.pricing import Estimate, estimate, picture_credits
from evolink_widgets.rules.request.request import BETA, ImageRequest

WIDE = (1360, 768)
SQUARE = (1024, 1024)
REFERENCES = tuple(f"https://example.com/{number}.png" for number in range(16))


def request(**fields: object) -> ImageRequest:
    return ImageRequest("a fox", **{"size": "16:9", "quality": "low", **fields})


def charge(pixels: tuple[int, int] = WIDE, quality: str = "low", factor: float = 1.0) -> float:
    """What one picture truly costs at a service that is so much dearer than published."""
    return round(factor * picture_credits("gpt-image-2", *pixels, quality), 4)


def sample(factor: float = 1.0, pictures: int = 1, **facts: object) -> Sample:
    known = {"quality": "low", "pixels": WIDE, **facts}
    charged = charge(known["pixels"], known["quality"], factor) * pictures
    return Sample("gpt-image-2", pictures=pictures, charged=charged, prompt_bytes=5, **known)


def learned(*factors: float) -> Learned:
    """From receipts of one kind, newest first."""
    return Learned.from_samples([sample(factor) for factor in factors])


def middle(found: Estimate) -> float:
    return (found.low + found.high) / 2


def test_without_receipts_the_formula_speaks() -> None:
    for asked in (request(), request(size="auto"), request(model=BETA)):
        assert Learned().estimate(asked) == estimate(asked)


@pytest.mark.parametrize("factor", [1.3, 0.7, 1.0, 3.0, 0.2])
def test_another_price_is_learned_within_ten_receipts(factor: float) -> None:
    found = learned(*[factor] * 10).estimate(request())
    assert found.low <= charge(factor=factor) <= found.high
    assert middle(found) == pytest.approx(charge(factor=factor), rel=0.05)
    assert found.basis == "from 10 receipts"


@pytest.mark.parametrize("quality", ["low", "medium", "high"])
def test_it_is_learned_from_receipts_of_other_requests_too(quality: str) -> None:
    samples = [sample(1.3), sample(1.3, pixels=SQUARE), sample(1.3, quality="medium")] * 3
    found = Learned.from_samples(samples).estimate(request(size="3:2", quality=quality, n=4))
    truth = 4 * charge((1248, 832), quality, 1.3)
    assert found.low <= truth <= found.high
    assert middle(found) == pytest.approx(truth, rel=0.05)


@given(st.floats(0.2, 5), st.integers(1, 30), st.sampled_from(["low", "medium", "high"]))
def test_the_true_charge_is_in_the_range_from_the_first_receipt_on(
    factor: float, receipts: int, quality: str
) -> None:
    found = learned(*[factor] * receipts).estimate(request())
    assert found.low <= charge(factor=factor) <= found.high
    # Nothing was seen of another quality, so its upper end does not come down.
    other = Learned.from_samples([sample(factor, quality=quality)] * receipts)
    unseen = next(name for name in ("low", "medium", "high") if name != quality)
    asked = request(quality=unseen)
    assert other.estimate(asked).high >= max(1.0, factor) * charge(quality=unseen)
    assert "of other requests" in other.estimate(asked).basis


def test_one_receipt_moves_an_estimate_and_does_not_settle_it() -> None:
    cheaper = learned(0.5).estimate(request())
    assert cheaper.high > 1.3 * charge(factor=0.5)
    dearer = learned(2.0).estimate(request())
    assert dearer.low < 0.8 * charge(factor=2.0) < charge(factor=2.0) <= dearer.high
    assert dearer.basis == "from 1 receipt"


@given(
    st.lists(st.floats(0.9, 1.1), min_size=5, max_size=40), st.sampled_from([0.001, 0.1, 9, 1e5])
)
def test_one_strange_receipt_changes_little(factors: list[float], strange: float) -> None:
    plain = learned(*factors).estimate(request())
    for place in (0, len(factors) // 2, len(factors)):
        mixed = learned(*factors[:place], strange, *factors[place:]).estimate(request())
        assert 0.75 * plain.low <= mixed.low <= mixed.high <= 1.35 * plain.high


@pytest.mark.parametrize("receipts", [2, 5, 10, 30])
def test_a_range_is_not_narrower_than_what_came(receipts: int) -> None:
    steady = learned(*[1.0] * receipts).estimate(request())
    unsteady = learned(*([0.8, 1.25] * receipts)[:receipts]).estimate(request())
    assert unsteady.low < charge(factor=0.8) < charge(factor=1.25) < unsteady.high
    assert unsteady.high - unsteady.low > 5 * (steady.high - steady.low)


def test_a_change_of_prices_is_followed_and_older_receipts_still_count() -> None:
    before = [1.0] * 100
    dearer = learned(1.3, 1.3, *before).estimate(request())
    assert dearer.low <= charge(factor=1.3) <= dearer.high
    assert middle(dearer) == pytest.approx(charge(factor=1.3), rel=0.05)
    assert dearer.basis == "from 102 receipts"
    cheaper = learned(*[0.7] * 4, *before).estimate(request())
    assert middle(cheaper) == pytest.approx(charge(factor=0.7), rel=0.05)


def test_a_change_of_prices_reaches_kinds_that_were_not_asked_for_since() -> None:
    before = [sample(), sample(quality="high")] * 20
    now = Learned.from_samples([sample(1.3), sample(1.3), *before])
    found = now.estimate(request(quality="high"))
    assert found.low <= charge(quality="high", factor=1.3) <= found.high


def test_a_single_surprise_is_no_change_of_prices() -> None:
    usual = learned(*[1.0] * 20).estimate(request())
    for factors in ((1.3, *[1.0] * 20), (1.0, 1.3, 0.7, 1.3, *[1.0] * 20)):
        found = learned(*factors).estimate(request())
        assert middle(found) == pytest.approx(middle(usual), rel=0.03)


def test_auto_learns_the_pixels_that_came() -> None:
    came = [SQUARE, (1248, 832), (832, 1248)]
    samples = [sample(pixels=came[number % 3], auto=True) for number in range(12)]
    found = Learned.from_samples(samples).estimate(request(size="auto"))
    assert found.low <= min(map(charge, came))
    assert max(map(charge, came)) <= found.high
    assert found.high < 1.15 * charge(SQUARE)
    assert found.high < estimate(request(size="auto")).high / 1.7
    # What came tells the price of a quality that was not asked for yet: up to the formula's.
    better = Learned.from_samples(samples).estimate(request(size="auto", quality="high"))
    assert better.high < estimate(request(size="auto", quality="high")).high / 1.7


def test_references_learn_what_they_count() -> None:
    # 1,024 tokens each, where the formula has to allow for 1,536.
    cost = charge() + 2 * 1024 * 0.4896 / 1000
    asked = request(references=REFERENCES[:2])
    samples = [Sample("gpt-image-2", "low", WIDE, 1, cost, references=2)] * 10
    found = Learned.from_samples(samples).estimate(asked)
    assert found.low <= cost <= found.high
    assert middle(found) == pytest.approx(cost, rel=0.05)
    # They say nothing of what a plain request costs.
    assert Learned.from_samples(samples).estimate(request()).high >= estimate(request()).high


def test_a_long_prompt_is_a_kind_of_its_own() -> None:
    asked = ImageRequest("long " * 2_000, size="16:9", quality="low")
    found = learned(*[1.3] * 20).estimate(asked)
    text = 10_000 / 4 * 0.306 / 1000
    assert found.low <= 1.3 * (charge() + text) <= found.high


@pytest.mark.parametrize(("seen", "asked"), [(600, 4), (4, 600), (4, 32_000), (32_000, 4)])
@pytest.mark.parametrize("factor", [1.3, 0.7])
def test_prompts_of_another_length_do_not_lower_what_is_safe(
    seen: int, asked: int, factor: float
) -> None:
    def cost(letters: int) -> float:
        return factor * (charge() + letters / 4 * 0.306 / 1000)

    receipt = Sample("gpt-image-2", "low", WIDE, 1, cost(seen), prompt_bytes=seen)
    found = Learned.from_samples([receipt] * 10).estimate(
        ImageRequest("x" * asked, size="16:9", quality="low")
    )
    assert found.high >= cost(asked)
    if factor > 1:
        assert found.low <= cost(asked)


def test_a_prompt_is_long_or_short_beside_the_price_of_its_picture() -> None:
    large = (3840, 2160)
    cost = 1.3 * (charge(large, "high") + 250 * 0.306 / 1000)
    receipt = Sample("gpt-image-2", "high", large, 1, cost, prompt_bytes=1_000)
    asked = ImageRequest("x" * 1_000, size="16:9", resolution="4K", quality="high")
    found = Learned.from_samples([receipt] * 10).estimate(asked)
    assert found.basis == "from 10 receipts"
    assert found.low <= cost <= found.high
    assert middle(found) == pytest.approx(cost, rel=0.05)


def test_the_beta_model_is_learned_by_the_picture() -> None:
    samples = [Sample(BETA, "medium", SQUARE, 1, 1.3 * 1.02)] * 10
    for fields, price in (({}, 1.02), ({"size": "16:9", "resolution": "2K"}, 1.734)):
        found = Learned.from_samples(samples).estimate(ImageRequest("a", model=BETA, **fields))
        assert found.low <= 1.3 * price <= found.high
        assert middle(found) == pytest.approx(1.3 * price, rel=0.05)


def test_the_number_of_pictures_has_its_own_price_where_receipts_say_so() -> None:
    samples = [sample(1.0, pictures=1), sample(0.8, pictures=10)] * 10
    found = Learned.from_samples(samples)
    assert middle(found.estimate(request(n=10))) == pytest.approx(8 * charge(), rel=0.1)
    assert found.estimate(request(n=10)).high < 8.8 * charge()
    assert found.estimate(request(n=1)).high >= charge()


def test_receipts_that_make_no_sense_are_passed_over() -> None:
    broken = [
        sample(float("nan")), sample(float("inf")), sample(0.0), sample(-1.0),
        Sample("gpt-image-2", "ultra", WIDE, 1, 1.0), Sample("gpt-image-2", "low", WIDE, 0, 1.0),
        Sample("gpt-image-2", "low", (0, 5), 1, 1.0),
    ]  # fmt: skip
    assert Learned.from_samples(broken).estimate(request()) == estimate(request())
