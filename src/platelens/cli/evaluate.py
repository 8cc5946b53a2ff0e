"""`platelens eval`."""

from __future__ import annotations

import errno
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from platelens.cli import options as opt
from platelens.cli.data.transfer import report_problems
from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line, one_line_errors
from platelens.cli.progress import watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platelens.evaluation import (
        Comparison,
        Engine,
        EngineScores,
        Evaluated,
        EvaluationSet,
        Looks,
        PlateResult,
        Rate,
    )

    Earlier = tuple[str, Sequence[PlateResult]]  # an engine's name and how each plate fared

Datasets = Annotated[
    list[Path],
    typer.Argument(metavar="DATASET...", help="Folders of labelled pictures.", show_default=False),
]
Engines = Annotated[
    list[str] | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="What reads; may be given several times. `platelens` if nothing is named.",
    ),
]
Pipelines = Annotated[
    list[str] | None,
    typer.Option(
        "--pipeline", metavar="NAME", help="The same as --engine pipeline:NAME; several times too."
    ),
]
SplitName = Annotated[
    str | None, typer.Option("--split", metavar="NAME", help="Only this split of the sets.")
]
HeldOut = Annotated[
    int | None,
    typer.Option("--held-out", min=2, metavar="N", help="Only the one in N that recipes keep out."),
]
Given = Annotated[
    bool, typer.Option("--given", help="Read the labelled plates; nothing has to be found.")
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="Only N pictures of each set.")
]
HtmlFile = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page with every failure.")
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the numbers, without any text.")
]
CompareFiles = Annotated[
    list[Path] | None,
    typer.Option("--compare", metavar="FILE", help="A scores.json to be compared with."),
]
KeepDir = Annotated[
    Path | None,
    typer.Option("--keep", metavar="DIR", help="Keep what is read; a run cut short goes on there."),
]

_SHOWN: Final = (
    *("recall_50", "precision_50", "f1_50", "ap_50", "ap_50_95", "false_plates"),
    *(
        "exact",
        "exact_folded",
        "exact_anywhere",
        "exact_of_found",
        "among_3",
        "char_errors",
        "false_reads",
    ),
    *("precision_at_90", "calibration_error", "region", "region_f1"),
)
"""The rows of the table on the terminal; `--json` and `--html` have all."""


@one_line_errors()
def evaluate(  # noqa: PLR0913  # a command's options are its arguments
    datasets: Datasets,
    *,
    engines: Engines = None,
    pipelines: Pipelines = None,
    given: Given = False,
    form: opt.FormatName = None,
    split: SplitName = None,
    held_out: HeldOut = None,
    limit: Limit = None,
    html: HtmlFile = None,
    json: JsonFile = None,
    against: CompareFiles = None,
    keep: KeepDir = None,
    detector: opt.OtherDetector = None,
    reader: opt.OtherReader = None,
    matcher: opt.OtherMatcher = None,
    region: opt.Regions = "",
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Measure readers on labelled pictures: numbers with intervals, slices, every failure."""
    require_extra("eval", "matplotlib", "jinja2")
    from platelens.evaluation import (
        EngineOptions,
        Selection,
        load_sets,
        look_at_plates,
        open_engine,
        open_given_engine,
    )

    # What is wrong with the arguments shall show before an hour of work, not after it.
    _refuse_folders(html, json)
    settings = EngineOptions(
        detector, reader, matcher, device, threads, tuple(opt.split_codes(region))
    )
    sets = load_sets(datasets, Selection(form, split, held_out, limit))
    earlier = _load_earlier(against or [], sets)
    report_problems([problem for each in sets for problem in each.problems])
    plates = {s.image: s.plates for each in sets for s in each.samples}
    names = [*(engines or ()), *(f"pipeline:{name}" for name in pipelines or ())]
    opened = [
        open_given_engine(name, settings, plates) if given else open_engine(name, settings)
        for name in names or ["platelens"]
    ]
    with watched("looking", len(plates)) as step:
        looks = look_at_plates(sets, step)
    evaluated = [_evaluate(engine, sets, looks, given=given, keep=keep) for engine in opened]
    comparisons = _compare(evaluated, earlier)
    _print_scores([each.scores for each in evaluated])
    _print_comparisons(comparisons)
    _write(sets, evaluated, comparisons, html, json)


def _refuse_folders(*outputs: Path | None) -> None:
    for output in outputs:
        if output and output.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder, not a file to write", str(output))


def _load_earlier(paths: Sequence[Path], sets: Sequence[EvaluationSet]) -> list[Earlier]:
    """Read results of earlier runs; EvaluationError where one has no plate in common."""
    from platelens.evaluation import load_results, require_common

    earlier: list[Earlier] = [
        (f"{name} in {path}", results) for path in paths for name, results in load_results(path)
    ]
    for name, results in earlier:
        require_common(sets, results, name)
    return earlier


def _write(
    sets: Sequence[EvaluationSet],
    evaluated: Sequence[Evaluated],
    comparisons: Sequence[Comparison],
    html: Path | None,
    json: Path | None,
) -> None:
    from platelens.evaluation import render_report, write_scores
    from platelens.runtime import write_whole

    if json:
        write_scores(sets, [each.scores for each in evaluated], json)
    if html:
        write_whole(html, [render_report(sets, evaluated, comparisons)])


def _evaluate(
    engine: Engine,
    sets: Sequence[EvaluationSet],
    looks: Looks,
    *,
    given: bool,
    keep: Path | None,
) -> Evaluated:
    from platelens.evaluation import Evaluated, run_engine, score

    kept = keep / _file_name(engine.name) if keep else None
    with watched(engine.name, sum(len(each.samples) for each in sets)) as step:
        outcomes = run_engine(engine, sets, looks, given=given, keep=kept, on_picture=step)
    for outcome in outcomes:
        if outcome.error:
            typer.echo(f"note: {one_line(outcome.error)}", err=True)
    return Evaluated(score(engine.name, engine.version, outcomes), outcomes)


def _file_name(engine: str) -> str:
    """Give a file's name for an engine's; a command may be long and have any characters."""
    plain = re.sub(r"[^\w.+-]+", "_", engine)
    return f"{plain}.jsonl" if plain == engine else f"{plain[:40]}-{_digest(engine)}.jsonl"


def _digest(text: str) -> str:
    from platelens.runtime import sha256_hex

    return sha256_hex(text.encode())[:8]


def _compare(evaluated: Sequence[Evaluated], earlier: Sequence[Earlier]) -> list[Comparison]:
    """Compare the first engine with all others of this run, then with those of earlier runs."""
    from platelens.evaluation import compare

    first, *rest = [each.scores for each in evaluated]
    others: list[Earlier] = [(each.engine, each.results) for each in rest]
    return [
        row
        for name, results in [*others, *earlier]
        for row in compare(first.engine, name, first.results, results)
    ]


def _print_scores(engines: Sequence[EngineScores]) -> None:
    from rich.console import Console
    from rich.table import Table

    from platelens.evaluation import score_kinds

    table = Table(box=None, padding=(0, 2, 0, 0), caption=_caption(engines[0]))
    table.add_column("")
    for engine in engines:
        table.add_column(engine.engine, justify="right", overflow="fold")
    table.add_column("n", justify="right")
    for key, kind in score_kinds().items():
        found = [engine.rates.get(key) for engine in engines]
        counts = {rate.count for rate in found if rate is not None}
        if key in _SHOWN and counts:
            cells = [format_rate(rate, kind.unit) for rate in found]
            least, most = min(counts), max(counts)
            table.add_row(kind.title, *cells, f"{least}" if least == most else f"{least}-{most}")
    times = ["-" if engine.ms is None else f"{engine.ms:.1f}" for engine in engines]
    table.add_row("milliseconds a picture", *times, "")
    Console(width=None if sys.stdout.isatty() else 200).print(table, markup=False)


def _caption(engine: EngineScores) -> str:
    return (
        f"{engine.pictures} pictures, {engine.plates} plates, {engine.readable} readable; "
        "95 % intervals"
    )


def format_rate(rate: Rate | None, unit: str) -> str:
    """Give "97.5 [96, 99]" of a part of something, "0.092 [0.062, 0.125]" of other numbers."""
    if rate is None:
        return "-"
    if unit == "%":
        return f"{rate.value:.1%} [{rate.low * 100:.0f}, {rate.high * 100:.0f}]".replace("%", "")
    return f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}]"


def _print_comparisons(comparisons: Sequence[Comparison]) -> None:
    from platelens.evaluation import MEASURES

    for c in comparisons:
        typer.echo(
            f"{c.first} - {c.second}, {MEASURES[c.measure]}: {c.difference * 100:+.1f} points "
            f"[{c.low * 100:+.1f}, {c.high * 100:+.1f}] on {c.plates} plates, "
            f"{c.first_only} against {c.second_only} right alone, p = {c.p:.2g}"
        )
