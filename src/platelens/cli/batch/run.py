"""`platelens batch run`, or `platelens batch` for short."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from platelens.cli import options as opt
from platelens.cli.batch.state import exit_by, say_job, told
from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line_errors

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Folders, quoted globs, manifests (.jsonl, .parquet), archives (.tar); paths or URLs.",
        show_default=False,
    ),
]
Out = Annotated[
    str, typer.Option("--out", metavar="DEST", help="Folder for the output, a path or a URL.")
]
IfChanged = Annotated[
    Literal["refuse", "mix", "restart"],
    typer.Option(help="Where DEST has the output of another source, model or option."),
]
RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="Read shards with failed pictures again.")
]
ShardSize = Annotated[int, typer.Option("--shard-size", min=1, metavar="N", help="Pictures.")]
Column = Annotated[
    str, typer.Option("--column", metavar="NAME", help="Of manifests: the picture's address.")
]
SkipDuplicates = Annotated[
    bool,
    typer.Option("--skip-duplicates", help="Leave out pictures in which nothing has moved."),
]
Group = Annotated[Literal["plate"] | None, typer.Option(help="Also write one row for each plate.")]
Address = Annotated[
    str, typer.Option("--address", metavar="RAY", help="Of a Ray cluster; else this machine.")
]
Workers = Annotated[
    int, typer.Option("--workers", min=0, metavar="N", help="0 = one for each core or GPU.")
]
WorkerThreads = Annotated[
    int, typer.Option("--threads", min=1, metavar="N", help="CPU threads of each worker.")
]
Memory = Annotated[
    int,
    typer.Option("--memory", min=80, metavar="MB", help="For what is under way between workers."),
]


@one_line_errors()
def run(  # noqa: PLR0913  # a command's options are its arguments
    sources: Sources,
    *,
    out: Out,
    if_changed: IfChanged = "refuse",
    retry_failed: RetryFailed = False,
    shard_size: ShardSize = 512,
    column: Column = "image",
    skip_duplicates: SkipDuplicates = False,
    group: Group = None,
    address: Address = "",
    workers: Workers = 0,
    threads: WorkerThreads = 1,
    memory: Memory = 200,
    min_confidence: opt.MinConfidence = 0.0,
    min_char_confidence: opt.MinCharConfidence = None,
    top: opt.Top = opt.DEFAULT_TOP,
    accurate: opt.Accurate = False,
    pipeline: opt.PipelineName = opt.DEFAULT_PIPELINE,
    detector: opt.OtherDetector = None,
    reader: opt.OtherReader = None,
    matcher: opt.OtherMatcher = None,
    region: opt.Regions = "",
    device: opt.Device = "cpu",
) -> None:
    """Read pictures into Parquet files; the same command goes on where it was stopped."""
    require_extra("batch", "ray", "pyarrow", "fsspec")
    from platelens import batch
    from platelens.pipeline import change_plan, load_plan

    plan = change_plan(
        load_plan(pipeline),
        detector=detector,
        recognizer=reader,
        matcher=matcher,
        min_char_confidence=min_char_confidence,
    )
    options = batch.ReadOptions(
        plan=plan,
        top=top,
        min_confidence=min_confidence,
        accurate=accurate,
        regions=opt.split_codes(region),
        skip_duplicates=skip_duplicates,
    )
    machines = batch.Machines(address, workers, threads, device, memory)
    request = batch.JobRequest(sources, out, options, shard_size, column, machines)
    with told() as tell:
        batch.run_job(
            request,
            if_changed=if_changed,
            retry_failed=retry_failed,
            group=group is not None,
            on_progress=tell,
        )
    done = batch.report_job(out)
    typer.echo(say_job(done, out))
    if group:
        typer.echo(f"{batch.count_plates(batch.Place(out)):,} different plates: {out}/groups/plate")
    exit_by(done)
