from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from platelens.errors import UnknownModelError
from platelens.recognition import decode
from platelens.recognition.decode import decode_ctc, log_softmax
from platelens.training.recognition.networks import (
    SlotReader,
    TwoRowReader,
    build_network,
    slots_to_steps,
)

SETTINGS: dict[str, Any] = {
    "size_hw": (64, 96), "classes": 7, "widths": [8, 8, 8, 8], "depths": [0, 1, 0, 0],
    "hidden": 8, "dropout": 0.0,
}  # fmt: skip


def crops(count: int, height: int = 64, width: int = 96) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (count, height, width, 3), dtype=torch.uint8, generator=generator)


ALPHABET = "1AB234"


def slot_reader(**changes: Any) -> SlotReader:
    torch.manual_seed(0)
    network = build_network("slots", **SETTINGS | changes)
    assert isinstance(network, SlotReader)
    return network


def spell(*texts: str, slots: int = 6, sure: float = 20.0) -> Tensor:
    """Give the logits (N, slots, 7) that say `texts`, and blank after them."""
    numbers = torch.tensor([
        [ALPHABET.index(c) + 1 for c in text] + [0] * (slots - len(text)) for text in texts
    ])  # fmt: skip
    return sure * nn.functional.one_hot(numbers, 7).float()


@pytest.mark.parametrize("width", [32, 96, 160])
def test_logits_have_two_sweeps_of_half_the_width(width: int) -> None:
    network = build_network("two_row", **SETTINGS | {"size_hw": (64, width)}).eval()
    with torch.inference_mode():
        logits = network(crops(3, 64, width))
    assert logits.shape == (3, 2 * width // 2, 7)
    assert logits.dtype == torch.float32


@pytest.mark.parametrize(
    ("rows", "columns", "steps"),
    [
        (slice(0, 8), slice(0, 8), range(16)),  # top left: where the first sweep begins
        (slice(0, 8), slice(88, 96), range(32, 48)),
        (slice(56, 64), slice(0, 8), range(48, 64)),  # bottom left: the second sweep
        (slice(56, 64), slice(88, 96), range(80, 96)),
    ],
    ids=["top left", "top right", "bottom left", "bottom right"],
)
def test_the_first_sweep_is_the_upper_row_from_left_to_right(
    rows: slice, columns: slice, steps: range
) -> None:
    torch.manual_seed(0)
    network = build_network("two_row", **SETTINGS).eval()
    assert isinstance(network, TwoRowReader)
    network.context = nn.Identity()  # type: ignore[assignment]  # tokens that see only their place
    before = torch.zeros(1, 64, 96, 3, dtype=torch.uint8)
    after = before.clone()
    after[:, rows, columns] = 255
    with torch.inference_mode():
        changed = (network(after) - network(before)).abs().amax(dim=2)[0]
    places = torch.nonzero(changed > 1e-6).flatten().tolist()
    assert places
    assert set(places) <= set(steps)


@pytest.mark.parametrize("name", ["two_row", "slots"])
def test_crops_do_not_see_each_other(name: str) -> None:
    network = build_network(name, **SETTINGS).eval()
    batch = crops(3)
    with torch.inference_mode():
        torch.testing.assert_close(network(batch)[1:2], network(batch[1:2]), rtol=1e-4, atol=1e-5)


def test_every_weight_learns() -> None:
    network = build_network("two_row", **SETTINGS)
    network(crops(2)).square().sum().backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []


def test_every_weight_of_the_slots_learns() -> None:
    network = slot_reader()
    logits, rows_logit = network.slots(crops(2))
    (logits.square().sum() + rows_logit.square().sum()).backward()  # type: ignore[no-untyped-call]  # torch has no annotation for it
    assert [name for name, p in network.named_parameters() if p.grad is None] == []


@pytest.mark.parametrize("slots", [3, 14])
def test_slots_and_rows_have_their_shapes(slots: int) -> None:
    network = slot_reader(slots=slots).eval()
    with torch.inference_mode():
        logits, rows_logit = network.slots(crops(3))
        steps = network(crops(3))
    assert logits.shape == (3, slots, 7)
    assert rows_logit.shape == (3,)
    assert steps.shape == (3, 4 * slots, 7)
    assert steps.dtype == torch.float32


def test_every_slot_sees_both_rows_and_asks_its_own_question() -> None:
    network = slot_reader().eval()
    before = torch.zeros(1, 64, 96, 3, dtype=torch.uint8)
    with torch.inference_mode():
        logits, rows_logit = network.slots(before)
        for row in (slice(0, 8), slice(56, 64)):
            after = before.clone()
            after[:, row] = 255
            changed, rows_changed = network.slots(after)
            assert ((changed - logits).abs().amax(dim=2) > 1e-6).all()
            assert rows_changed != rows_logit
    assert len(torch.unique(logits[0], dim=0)) == logits.shape[1]


@pytest.mark.parametrize(("rows_logit", "second"), [(-2.0, False), (2.0, True)])
def test_the_rows_decide_where_the_text_stands(
    monkeypatch: pytest.MonkeyPatch, rows_logit: float, second: bool
) -> None:
    network = slot_reader()
    logits = spell("AA11")
    monkeypatch.setattr(network, "slots", lambda _: (logits, torch.tensor([rows_logit])))
    torch.testing.assert_close(
        network(crops(1)), slots_to_steps(logits, two_rows=torch.tensor([second]))
    )


@pytest.mark.parametrize("text", ["AA11", "A", "", "1A1A1A"])
@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.6])
def test_steps_give_the_text_of_the_slots(text: str, temperature: float) -> None:
    steps = slots_to_steps(spell(text, text), two_rows=torch.tensor([False, True]))
    one, two = (
        decode_ctc(log_probs, ALPHABET) for log_probs in log_softmax(steps.numpy(), temperature)
    )
    assert one.text == two.text == text
    assert (one.rows, two.rows) == (1, 2 if text else 1)
    assert len(one.char_confidences) == len(text)


def test_a_text_is_as_probable_as_its_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the sum over all that the slots can hold, of the product over the slots."""
    monkeypatch.setattr(decode, "BEAM_WIDTH", 99)  # no text is lost on the way
    logits = 1.5 * torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(1))
    probabilities = logits.softmax(dim=-1)
    wanted: list[dict[str, float]] = [defaultdict(float), defaultdict(float)]
    for held in itertools.product(range(3), repeat=4):
        text = "".join(ALPHABET[c - 1] for c in held if c)
        for sums, slots in zip(wanted, probabilities, strict=True):
            sums[text] += float(slots[range(4), list(held)].prod())
    steps = slots_to_steps(logits, two_rows=torch.tensor([False, True]))
    for sums, log_probs in zip(wanted, log_softmax(steps.numpy()), strict=True):
        reading = decode_ctc(log_probs, ALPHABET[:2])
        assert reading.text == max(sums, key=lambda text: sums[text])
        for candidate in reading.candidates:
            assert candidate.confidence == pytest.approx(sums[candidate.text], abs=1e-3)


def test_an_unknown_network_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match="'three_row'; known: slots, two_row"):
        build_network("three_row")
