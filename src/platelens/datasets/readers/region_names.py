"""Names of regions as data sets write them -> ISO 3166 codes in lower case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from platelens.datasets.readers.labels import LabelLog

_US: Final = """
AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut;
DE Delaware; FL Florida; GA Georgia; HI Hawaii; ID Idaho; IL Illinois; IN Indiana; IA Iowa;
KS Kansas; KY Kentucky; LA Louisiana; ME Maine; MD Maryland; MA Massachusetts; MI Michigan;
MN Minnesota; MS Mississippi; MO Missouri; MT Montana; NE Nebraska; NV Nevada; NH New Hampshire;
NJ New Jersey; NM New Mexico; NY New York; NC North Carolina; ND North Dakota; OH Ohio;
OK Oklahoma; OR Oregon; PA Pennsylvania; RI Rhode Island; SC South Carolina; SD South Dakota;
TN Tennessee; TX Texas; UT Utah; VT Vermont; VA Virginia; WA Washington; WV West Virginia;
WI Wisconsin; WY Wyoming; DC District of Columbia; DC Washington DC; DC Washington D C;
AS American Samoa; GU Guam; MP Northern Mariana Islands; MP CNMI; PR Puerto Rico;
VI US Virgin Islands; VI U S Virgin Islands; VI Virgin Islands; HI Hawai; MS Missippi
"""
"""The last two are spelt so by a data set that many use."""

_CHINA: Final = """
AH 皖; SH 沪; TJ 津; CQ 渝; HE 冀; SX 晋; NM 蒙; LN 辽; JL 吉; HL 黑; JS 苏;
ZJ 浙; BJ 京; FJ 闽; JX 赣; SD 鲁; HA 豫; HB 鄂; HN 湘; GD 粤; GX 桂; HI 琼;
SC 川; GZ 贵; YN 云; XZ 藏; SN 陕; GS 甘; QH 青; NX 宁; XJ 新
"""
"""The provinces, each by the character that begins its plates."""

_ISO_CODE: Final = re.compile(r"[a-z]{2}(-[a-z0-9]{1,3})?")


def _rows(country: str, table: str) -> dict[str, str]:
    rows = (row.split(maxsplit=1) for row in table.strip().split(";"))
    return {name.casefold(): f"{country}-{code.lower()}" for code, name in rows}


CODES: Final[Mapping[str, str]] = _rows("us", _US) | _rows("cn", _CHINA)
"""Name in lower case, words parted by one space -> code, "us-al"."""


class RegionCodes:
    """Gives the codes of names, and notes every unknown name once."""

    def __init__(self, log: LabelLog) -> None:
        self._log = log
        self._unknown: set[str] = set()

    def code(self, name: str, where: str) -> str | None:
        """Give the code of a region.

        Args:
            name: a name, or a code already ("us-al", "DE"); "" gives None.
            where: for the note.

        Returns:
            The code; for an unknown name the name itself in lower case, joined by hyphens.
        """
        lower = name.strip().casefold()
        if _ISO_CODE.fullmatch(lower):
            return lower
        words = "".join(c if c.isalnum() else " " for c in lower).split()
        code = CODES.get(" ".join(words))
        if code is not None or not words:
            return code
        slug = "-".join(words)
        if slug not in self._unknown:
            self._unknown.add(slug)
            self._log.note(where, f"region {name!r} is not known: kept as {slug!r}")
        return slug
