"""`platelens data check`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from platelens.cli import options as opt
from platelens.cli.extras import require_extra
from platelens.cli.failures import SOME_FAILED, one_line, one_line_errors
from platelens.cli.progress import watched
from platelens.errors import AnnotationError
from platelens.runtime import DEFAULT_RECOGNIZER, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platelens.datasets.audit import Audit, Doubt, Finding, FixPlan

Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="SRC...",
        help="Data sets; several are checked against each other too.",
        show_default=False,
    ),
]
DoFix = Annotated[
    bool,
    typer.Option(
        "--fix",
        help="Move unreadable pictures and all but one of identical ones to removed/, unlist "
        "missing ones, cut boxes at the edge, drop those outside.",
    ),
]
Near = Annotated[bool, typer.Option("--near", help="Also move near-duplicates.")]
NoModel = Annotated[bool, typer.Option("--no-model", help="Do not let a model doubt the texts.")]
Believed = Annotated[
    float,
    typer.Option("--min-confidence", min=0.0, max=1.0, help="From where on the model is believed."),
]
DoList = Annotated[bool, typer.Option("--list", help="Print a line for each finding.")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the findings as JSON.")
]
HtmlFile = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page with the pictures.")
]


@one_line_errors()
def check(  # noqa: PLR0913  # a command's options are its arguments
    sources: Sources,
    *,
    form: opt.FormatName = None,
    fix: DoFix = False,
    near: Near = False,
    no_model: NoModel = False,
    reader: opt.ReaderName = DEFAULT_RECOGNIZER,
    min_confidence: Believed = 0.9,
    device: opt.Device = "cpu",
    threads: opt.Threads = opt.DEFAULT_THREADS,
    list_findings: DoList = False,
    json_file: JsonFile = None,
    html_file: HtmlFile = None,
) -> None:
    """Find unreadable pictures, bad boxes, duplicates, leaks between splits and wrong texts.

    The exit status is 1 if there are errors, 0 if there is nothing worse than warnings.
    """
    require_extra("data", "imagehash", "jinja2")
    from platelens.datasets.audit import Doubt, open_source, plan_fixes, run_audit
    from platelens.pipeline import build_recognizer

    opened = [open_source(source, form) for source in sources]
    for source in opened:
        if fix and source.records is None:
            raise AnnotationError(
                f"{source.path}: --fix mends annotations.jsonl only; `platelens data import` first"
            )
    doubt: Doubt | None = None
    if not no_model:
        stage = build_recognizer(reader, device=device, threads=threads, top_n=1)
        doubt = Doubt(stage, min_confidence)
    audit = run_audit(opened, doubt, watch=watched)
    plans = plan_fixes(audit, near=near)
    _print_table(audit)
    if list_findings:
        for finding in audit.findings:
            typer.echo(_line(finding))
    if json_file is not None:
        _write(json_file, json.dumps(_record(audit, plans), ensure_ascii=False))
    if html_file is not None:
        from platelens.evaluation.audit_page import audit_page

        _write(html_file, audit_page(audit, plans))
    _mend(plans, fix=fix)
    if any(finding.severity == "error" for finding in audit.findings):
        raise typer.Exit(SOME_FAILED)


def _write(path: Path, text: str) -> None:
    # Names of files need not be Unicode; JSON understands what is written in their place.
    write_whole(path, text.encode(errors="backslashreplace"))


def _print_table(audit: Audit) -> None:
    from rich.console import Console
    from rich.table import Table

    from platelens.datasets.audit import KINDS, count_kinds

    plates = sum(len(sample.plates) for sample in audit.samples)
    counts = count_kinds(audit.findings)
    found = "" if counts else ": nothing found"
    typer.echo(f"{len(audit.samples)} pictures, {plates} plates{found}")
    if not counts:
        return
    table = Table("found", "severity", box=None, pad_edge=False)
    table.add_column("findings", justify="right")
    table.add_column("pictures", justify="right")
    for key, count in counts.items():
        kind = KINDS[key]
        table.add_row(kind.title, kind.severity, str(count.findings), str(count.pictures or ""))
    Console().print(table)


def _line(finding: Finding) -> str:
    images = " ".join(str(sample.image) for sample in finding.samples)
    parts = (finding.severity, finding.kind, finding.message, images)
    return one_line(": ".join(part for part in parts if part))


def _mend(plans: Sequence[FixPlan], *, fix: bool) -> None:
    """Do what is planned, or say what would be done."""
    from platelens.datasets.audit import apply_fixes

    for plan in plans:
        if fix:
            apply_fixes(plan)
        actions = Counter(each.action for each in plan.fixes)
        done = ", ".join(f"{action} {count} times" for action, count in sorted(actions.items()))
        typer.echo(f"{one_line(str(plan.folder))}: {'done' if fix else '--fix would'}: {done}")


def _record(audit: Audit, plans: Sequence[FixPlan]) -> dict[str, Any]:
    from platelens.datasets.audit import KINDS, count_kinds

    return {
        "sources": [str(source.path) for source in audit.sources],
        "pictures": len(audit.samples),
        "plates": sum(len(sample.plates) for sample in audit.samples),
        "kinds": {
            key: {"title": KINDS[key].title, "severity": KINDS[key].severity, **asdict(count)}
            for key, count in count_kinds(audit.findings).items()
        },
        "findings": [_finding_record(finding) for finding in audit.findings],
        "fixes": [
            {"dataset": str(plan.folder), **asdict(each)} for plan in plans for each in plan.fixes
        ],
    }


def _finding_record(finding: Finding) -> dict[str, Any]:
    record: dict[str, Any] = {
        "kind": finding.kind,
        "severity": finding.severity,
        "message": finding.message,
        "images": [str(sample.image) for sample in finding.samples],
        "splits": [sample.split for sample in finding.samples],
        "plate": finding.plate,
    }
    if finding.reading is not None and finding.plate is not None:
        record["label"] = finding.samples[0].plates[finding.plate].text
        record["read"] = finding.reading.text
        record["confidence"] = round(finding.reading.confidence, 4)
    return record
