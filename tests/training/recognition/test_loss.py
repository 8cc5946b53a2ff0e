from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from platelens.recognition.decode import decode_ctc, log_softmax
from platelens.training.recognition.loss import LOSSES, reading_loss, slot_loss
from platelens.training.recognition.networks import NETWORKS, build_network

STEPS, CLASSES = 12, 5


def noise(count: int, seed: int = 0) -> Tensor:
    return torch.randn(count, STEPS, CLASSES, generator=torch.Generator().manual_seed(seed))


def spell(path: list[int], sure: float = 9.0) -> Tensor:
    """Give the logits (1, STEPS, CLASSES) that follow the classes of `path`."""
    return sure * functional.one_hot(torch.tensor([path]), CLASSES).float()


def loss_of(
    logits: Tensor, texts: list[list[int]], rows: list[int]
) -> tuple[float, dict[str, float]]:
    longest = max(len(text) for text in texts) + 2
    target = torch.zeros(len(texts), longest, dtype=torch.long)
    for row, text in zip(target, texts, strict=True):
        row[: len(text)] = torch.tensor(text, dtype=torch.long)
    lengths = torch.tensor([len(text) for text in texts])
    loss, parts = reading_loss(logits, target, lengths, torch.tensor(rows))
    return float(loss), parts


def slots_of(
    logits: Tensor, texts: list[list[int]], rows: list[int], rows_logit: list[float]
) -> tuple[float, dict[str, float]]:
    target = torch.full((len(texts), max(len(text) for text in texts)), 4)
    for row, text in zip(target, texts, strict=True):
        row[: len(text)] = torch.tensor(text, dtype=torch.long)
    lengths = torch.tensor([len(text) for text in texts])
    loss, parts = slot_loss(logits, torch.tensor(rows_logit), target, lengths, torch.tensor(rows))
    return float(loss), parts


def torch_ctc(logits: Tensor, text: list[int]) -> float:
    """Give torch's own loss of one plate: (T, C) logits against a text, unpadded."""
    log_probs = logits.log_softmax(dim=-1)[:, None]
    sizes = torch.tensor([len(logits)]), torch.tensor([len(text)])
    return float(functional.ctc_loss(log_probs, torch.tensor([text]), *sizes, reduction="sum"))


def test_each_plate_is_judged_over_its_own_rows_and_length() -> None:
    logits = noise(3)
    texts, rows = [[1, 2], [3, 3, 1, 4], [2]], [1, 2, 1]
    expected = [
        torch_ctc(logits[0, : STEPS // 2], texts[0]) / 2,
        torch_ctc(logits[1], texts[1]) / 4,
        torch_ctc(logits[2, : STEPS // 2], texts[2]),
    ]
    blank = -logits.log_softmax(dim=-1)[[0, 2], STEPS // 2 :, 0].mean(dim=1).sum()
    loss, parts = loss_of(logits, texts, rows)
    assert parts["ctc"] == pytest.approx(sum(expected) / 3, rel=1e-5)
    assert parts["blank"] == pytest.approx(float(blank) / 3, rel=1e-5)
    assert loss == pytest.approx(parts["ctc"] + 0.5 * parts["blank"], rel=1e-5)


def test_a_single_step_by_hand() -> None:
    """One character in one step of a sweep: the negative logarithm of its probability."""
    logits = torch.tensor([[[0.0, 1.0], [2.0, 0.0]]])
    p, q = math.exp(1) / (1 + math.exp(1)), math.exp(2) / (1 + math.exp(2))
    _, parts = loss_of(logits, [[1]], [1])
    assert parts == pytest.approx({"ctc": -math.log(p), "blank": -math.log(q)})


def test_a_right_reading_costs_nearly_nothing() -> None:
    one_row = spell([1, 0, 2, 2, 0, 0] + [0] * 6)
    two_rows = spell([1, 0, 2, 2, 0, 0, 0, 3, 0, 3, 4, 0])
    assert loss_of(one_row, [[1, 2]], [1])[0] < 0.01
    assert loss_of(two_rows, [[1, 2, 3, 3, 4]], [2])[0] < 0.01


def test_a_plate_of_one_row_must_not_use_the_second_sweep() -> None:
    """The same text, read in the second sweep: wrong for one row, fine for two."""
    late = spell([0] * 6 + [1, 0, 2, 2, 0, 0])
    one_row, parts = loss_of(late, [[1, 2]], [1])
    assert parts["ctc"] > 5
    assert parts["blank"] > 4
    assert one_row > 7
    assert loss_of(late, [[1, 2]], [2])[0] < 0.01


def test_a_plate_of_one_row_keeps_the_second_sweep_blank() -> None:
    echo = spell([1, 0, 2, 2, 0, 0, 1, 0, 2, 2, 0, 0])
    _, parts = loss_of(echo, [[1, 2]], [1])
    assert parts["ctc"] < 0.01
    assert parts["blank"] == pytest.approx(9 / 2, abs=0.1)  # three steps of six are 9 off


def test_nothing_to_read_wants_blanks_everywhere() -> None:
    assert loss_of(spell([0] * STEPS), [[]], [1])[0] < 0.01
    assert loss_of(spell([1] + [0] * 11), [[]], [1])[0] > 5


def test_padding_means_nothing() -> None:
    logits, lengths, rows = noise(1), torch.tensor([2]), torch.tensor([2])
    first, other = (torch.tensor([[1, 2, pad, pad]]) for pad in (0, 4))
    torch.testing.assert_close(
        reading_loss(logits, first, lengths, rows)[0], reading_loss(logits, other, lengths, rows)[0]
    )


def test_a_text_that_is_too_long_for_a_sweep_does_not_spoil_the_batch() -> None:
    logits = noise(2).requires_grad_()
    target = torch.tensor([[1, 2, 1, 2, 1, 2, 1], [1, 0, 0, 0, 0, 0, 0]])
    loss, _ = reading_loss(logits, target, torch.tensor([7, 1]), torch.tensor([1, 1]))
    loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation for it
    assert torch.isfinite(loss)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_slots_by_hand() -> None:
    """Two characters in four slots: each counts as much as both blanks together."""
    logits = noise(1)[:, :4]
    log_probs = logits[0].log_softmax(dim=-1)
    blanks = (log_probs[2, 0] + log_probs[3, 0]) / 2
    wanted = -float(log_probs[0, 1] + log_probs[1, 3] + blanks) / 3
    loss, parts = slots_of(logits, [[1, 3]], [2], [0.5])
    assert parts["slots"] == pytest.approx(wanted, rel=1e-5)
    assert parts["rows"] == pytest.approx(-math.log(1 / (1 + math.exp(-0.5))), rel=1e-5)
    assert loss == pytest.approx(parts["slots"] + parts["rows"])


@pytest.mark.parametrize(
    ("texts", "path"),
    [([[1, 1, 2]], [1, 1, 2] + [0] * 9), ([[]], [0] * 12), ([[1] * 12], [1] * 12)],
    ids=["some", "none", "full"],
)
def test_right_slots_cost_nearly_nothing(texts: list[list[int]], path: list[int]) -> None:
    assert slots_of(spell(path), texts, [1], [-9])[0] < 0.01
    assert slots_of(spell(path), texts, [2], [-9])[1]["rows"] > 8
    assert slots_of(spell([2, *path[:-1]]), texts, [1], [-9])[0] > 0.5


def test_a_text_without_a_slot_for_each_character_counts_for_its_rows_only() -> None:
    logits = noise(2)
    long, short = [1] * (STEPS + 1), [1, 2]
    _, both = slots_of(logits, [long, short], [2, 1], [1, 1])
    _, alone = slots_of(logits[1:], [short], [1], [1])
    _, other = slots_of(logits[:1], [[1]], [2], [1])
    assert both["slots"] == pytest.approx(alone["slots"] / 2, rel=1e-5)
    assert both["rows"] == pytest.approx((alone["rows"] + other["rows"]) / 2, rel=1e-5)


def test_every_network_has_a_loss() -> None:
    assert LOSSES.keys() == NETWORKS.keys()


@pytest.mark.parametrize("name", list(NETWORKS))
def test_a_few_steps_teach_a_few_plates(name: str) -> None:
    """Four crops of noise: the loss falls, and then every plate is read as it was taught."""
    torch.manual_seed(0)
    network = build_network(
        name, size_hw=(64, 32), classes=CLASSES, widths=[8, 8, 8, 16], depths=[0, 0, 0, 0],
        hidden=16, dropout=0.0,
    )  # fmt: skip
    pixels = torch.randint(0, 256, (4, 64, 32, 3), dtype=torch.uint8)
    target = torch.tensor([[1, 1, 2, 2], [3, 1, 0, 0], [4, 4, 4, 0], [0, 0, 0, 0]])
    batch = [pixels, target, torch.tensor([4, 2, 3, 0]), torch.tensor([1, 2, 1, 1])]
    optimizer = torch.optim.AdamW(network.parameters(), 1e-2)
    losses = []
    for _ in range(120):
        loss, _ = LOSSES[name](network, batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation for it
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.1 * losses[0]
    with torch.no_grad():  # in the mode of training: so few steps leave no good running means
        readings = [decode_ctc(s, "ABCD") for s in log_softmax(network(pixels).numpy())]
    assert [reading.text for reading in readings] == ["AABB", "CA", "DDD", ""]
