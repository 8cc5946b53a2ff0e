"""What a reader's logits cost."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from platelens.alphabet import BLANK


def reading_loss(
    logits: Tensor, target: Tensor, lengths: Tensor, rows: Tensor
) -> tuple[Tensor, dict[str, float]]:
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
