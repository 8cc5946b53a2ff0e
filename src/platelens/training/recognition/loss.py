"""What a reader's logits cost, network by network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from platelens.alphabet import BLANK
from platelens.training.recognition.networks import SlotReader, TwoRowReader

Parts = dict[str, float]


def reading_loss(
    logits: Tensor, target: Tensor, lengths: Tensor, rows: Tensor
) -> tuple[Tensor, Parts]:
    """Give the CTC loss of a batch (Graves et al. 2006) and its parts.

    A plate of one row must be read in the first sweep, and the second must stay blank: so the
    network also says how many rows there are.

    Args:
        logits: (N, T, C).
        target: (N, L) class numbers, padded with anything.
        lengths: (N,) characters of each text.
        rows: (N,) 1 or 2.
    """
    log_probs = logits.float().log_softmax(dim=-1)
    steps = log_probs.shape[1]
    one_row = rows == 1
    spans = torch.where(one_row, steps // 2, steps)
    ctc = functional.ctc_loss(
        log_probs.transpose(0, 1), target, spans, lengths, blank=BLANK, reduction="none",
        zero_infinity=True,
    )  # fmt: skip
    ctc = (ctc / lengths.clamp(min=1)).mean()
    second_sweep = -log_probs[:, steps // 2 :, BLANK].mean(dim=1)
    blank = (second_sweep * one_row).mean()
    loss = ctc + 0.5 * blank
    return loss, {"ctc": float(ctc.detach()), "blank": float(blank.detach())}


def slot_loss(
    logits: Tensor, rows_logit: Tensor, target: Tensor, lengths: Tensor, rows: Tensor
) -> tuple[Tensor, Parts]:
    """Give the cross-entropy of the slots plus that of the rows, and both.

    Character i belongs into slot i, blanks into the slots behind. All these blanks together weigh
    as much as one character, or short plates would teach little else. A text that is longer than
    there are slots counts for its rows only.

    Args:
        logits: (N, S, C).
        rows_logit: (N,), of two rows.
        target: (N, L) class numbers, padded with anything.
        lengths: (N,) characters of each text.
        rows: (N,) 1 or 2.
    """
    slots = logits.shape[1]
    places = torch.arange(slots, device=logits.device)
    is_character = places < lengths[:, None]  # (N, S)
    wanted = functional.pad(target, (0, slots))[:, :slots].where(is_character, BLANK)
    costs = functional.cross_entropy(logits.float().mT, wanted, reduction="none")  # (N, S)
    blanks = (slots - lengths).clamp(min=1)[:, None]
    weights = torch.where(is_character, 1.0, 1.0 / blanks)
    fits = lengths <= slots
    reading = ((weights * costs).sum(dim=1) / weights.sum(dim=1) * fits).mean()
    counting = functional.binary_cross_entropy_with_logits(rows_logit.float(), (rows == 2).float())
    parts = {"slots": float(reading.detach()), "rows": float(counting.detach())}
    return reading + counting, parts


def _two_row_loss(network: TwoRowReader, batch: Sequence[Tensor]) -> tuple[Tensor, Parts]:
    pixels, target, lengths, rows = batch
    return reading_loss(network(pixels), target, lengths, rows)


def _slots_loss(network: SlotReader, batch: Sequence[Tensor]) -> tuple[Tensor, Parts]:
    pixels, target, lengths, rows = batch
    return slot_loss(*network.slots(pixels), target, lengths, rows)


LOSSES: Final[Mapping[str, Callable[[Any, Sequence[Tensor]], tuple[Tensor, Parts]]]] = {
    "two_row": _two_row_loss,
    "slots": _slots_loss,
}
"""What each of `networks.NETWORKS` learns by: (network, batch) -> loss, parts.

The batch is of crops by `task.encode_crop`.
"""
