"""Networks for the reader. Their inference twin is `platelens.recognition.decode`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from platelens.alphabet import BLANK
from platelens.errors import UnknownModelError
from platelens.training.layers import ConvNorm, Normalise, Residual, stage

_SURELY: Final = 40.0
"""Logit by which a blank that must be a blank leads: far enough at every temperature in use."""


class RowTokens(nn.Module):
    """Convolutions, then a small transformer over the upper and the lower row: tokens of a plate.

    The picture is brought down to 4 x W/4 places; the upper two and the lower two of a column
    become one token each. All tokens see each other, so that the network can decide whether a
    plate has one row or two.

    Args:
        size_hw: height and width of the input, height 64.
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the height.
        depths: residual blocks there.
        hidden: width of the tokens.
        dropout: of the transformer, 0..1.
    """

    def __init__(
        self, size_hw: Sequence[int], widths: Sequence[int], depths: Sequence[int], hidden: int,
        dropout: float,
    ) -> None:  # fmt: skip
        super().__init__()
        a, b, c, d = widths
        self.normalise = Normalise()
        self.trunk = nn.Sequential(
            ConvNorm(3, a, 3, 2), *[Residual(a) for _ in range(depths[0])],
            stage(a, b, depths[1], 2), stage(b, c, depths[2], (2, 1)),
            stage(c, d, depths[3], (2, 1)),
        )  # fmt: skip
        self.steps = size_hw[1] // 4
        self.to_token = nn.Linear(d * (size_hw[0] // 32), hidden)
        self.place = nn.Parameter(torch.zeros(1, 2 * self.steps, hidden))
        nn.init.trunc_normal_(self.place, std=0.02)
        layer = nn.TransformerEncoderLayer(
            hidden, 4, 2 * hidden, dropout, batch_first=True, norm_first=True
        )
        self.context = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def tokens(self, pixels: Tensor) -> Tensor:
        """Give the tokens of uint8 crops (N, H, W, 3).

        Returns:
            (N, 2 * W/4, hidden): first the upper row from left to right, then the lower.
        """
        x = self.trunk(self.normalise(pixels))  # (N, D, H/16, W/4)
        n, d, h, w = x.shape
        x = x.reshape(n, d, 2, h // 2, w).permute(0, 2, 4, 1, 3)  # (N, 2, W/4, D, H/32)
        tokens = self.to_token(x.reshape(n, 2 * w, d * (h // 2)))
        return torch.as_tensor(self.context(tokens + self.place))


class TwoRowReader(RowTokens):
    """Reads token by token, in two sweeps: the upper and the lower row.

    A plate of one row is read in the first sweep. The classifier is trained with CTC. Each token
    gives two steps, one for its left and one for its right half: the same character twice needs a
    blank between, and of slim ones, as in a small 11, there are not three tokens.

    Args:
        size_hw: height and width of the input, height 64.
        classes: characters and the blank.
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the height.
        depths: residual blocks there.
        hidden: width of the tokens.
        dropout: of the transformer, 0..1.
    """

    def __init__(
        self, size_hw: Sequence[int], classes: int, widths: Sequence[int], depths: Sequence[int],
        hidden: int, dropout: float,
    ) -> None:  # fmt: skip
        super().__init__(size_hw, widths, depths, hidden, dropout)
        self.classes = classes
        self.classify = nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, 2 * classes))

    def forward(self, pixels: Tensor) -> Tensor:
        """Give the logits of `recognition.decode` for uint8 crops (N, H, W, 3).

        Returns:
            (N, 2 * W/2, classes): first the upper row from left to right, then the lower.
        """
        logits = self.classify(self.tokens(pixels))  # (N, 2 * W/4, 2 * classes)
        return torch.as_tensor(logits.reshape(logits.shape[0], 4 * self.steps, self.classes))


@dataclass(frozen=True, slots=True)
class SlotSettings:
    """What a `SlotReader` is made of."""

    widths: Sequence[int]  # channels at 1/2, 1/4, 1/8 and 1/16 of the height
    depths: Sequence[int]  # residual blocks there
    hidden: int  # width of tokens and slots
    dropout: float  # of both, 0..1
    slots: int = 14  # characters of the longest text


class SlotReader(RowTokens):
    """Reads all characters at once: slot i is asked for character i of the text.

    A slot is a learned query that attends to the tokens of both rows; the slots behind the last
    character are blank. Nothing is read one after the other, and no slot sees its neighbours: the
    parallel visual attention of Yu et al. 2020 ("Towards accurate scene text recognition with
    semantic reasoning networks"). One more output says how many rows there are.

    Args:
        size_hw: height and width of the input, height 64.
        classes: characters and the blank.
        settings: sizes.
    """

    def __init__(self, size_hw: Sequence[int], classes: int, settings: SlotSettings) -> None:
        hidden, dropout = settings.hidden, settings.dropout
        super().__init__(size_hw, settings.widths, settings.depths, hidden, dropout)
        self.query = nn.Parameter(torch.randn(1, settings.slots, hidden))
        self.token_norm = nn.LayerNorm(hidden)
        self.attend = nn.MultiheadAttention(hidden, 4, dropout, batch_first=True)
        self.classify = nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, classes))
        self.count_rows = nn.Linear(hidden, 1)

    def slots(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Give what the loss needs of uint8 crops (N, H, W, 3).

        Returns:
            Logits (N, slots, classes) of the characters, and logits (N,) of there being two rows.
        """
        tokens = self.token_norm(self.tokens(pixels))  # (N, T, hidden)
        query = self.query.expand(tokens.shape[0], -1, -1)  # (N, S, hidden)
        seen, _ = self.attend(query, tokens, tokens, need_weights=False)
        return self.classify(query + seen), self.count_rows(tokens.mean(dim=1))[:, 0]

    def forward(self, pixels: Tensor) -> Tensor:
        """Give the logits of `recognition.decode` for uint8 crops (N, H, W, 3).

        Returns:
            (N, 4 * slots, classes), see `slots_to_steps`.
        """
        logits, rows_logit = self.slots(pixels)
        return slots_to_steps(logits, two_rows=rows_logit > 0)


def slots_to_steps(logits: Tensor, *, two_rows: Tensor) -> Tensor:
    """Give slots the form of two sweeps of a CTC reader, as `recognition.decode` wants them.

    A step that is surely blank follows every slot. Equal neighbours are then never merged, and
    the CTC probability of a text is the product over the slots, summed over the ways to leave
    slots blank. The number of rows cannot be told apart slot by slot: the text stands in the first
    sweep when there is one row, in the second when there are two, and the other sweep is blank.

    Args:
        logits: (N, S, C) of the slots.
        two_rows: (N,) bool.

    Returns:
        (N, 4 * S, C).
    """
    n, s, c = logits.shape
    is_blank = torch.arange(c, device=logits.device) == BLANK
    blank = torch.where(is_blank, 0.0, -_SURELY).to(logits.dtype).expand(n, s, c)
    sweep = torch.stack([logits, blank], dim=2).reshape(n, 2 * s, c)
    silence = torch.cat([blank, blank], dim=1)
    return torch.where(
        two_rows[:, None, None],
        torch.cat([silence, sweep], dim=1),
        torch.cat([sweep, silence], dim=1),
    )


def make_slot_reader(size_hw: Sequence[int], classes: int, **settings: Any) -> SlotReader:
    """Make a `SlotReader`; `settings` are the fields of `SlotSettings`."""
    return SlotReader(size_hw, classes, SlotSettings(**settings))


NETWORKS: Final[Mapping[str, Callable[..., nn.Module]]] = {
    "two_row": TwoRowReader,
    "slots": make_slot_reader,
}


def build_network(name: str, **settings: Any) -> nn.Module:
    """Make the network `name`; UnknownModelError when there is none of that name."""
    try:
        make = NETWORKS[name]
    except KeyError:
        raise UnknownModelError(name, known=list(NETWORKS)) from None
    return make(**settings)
