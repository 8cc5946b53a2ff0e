"""Millions of pictures: Ray Data reads them in shards, Parquet comes out."""

from platelens.batch.grouping import count_plates
from platelens.batch.job import IfChanged, Progress, run_job
from platelens.batch.options import DEFAULT_SHARD, JobRequest, Machines, ReadOptions
from platelens.batch.places import Place
from platelens.batch.report import JobReport, report_job, troubles
from platelens.batch.shards import JobPlan
from platelens.batch.tally import BINS, Tally

__all__ = [
    "BINS",
    "DEFAULT_SHARD",
    "IfChanged",
    "JobPlan",
    "JobReport",
    "JobRequest",
    "Machines",
    "Place",
    "Progress",
    "ReadOptions",
    "Tally",
    "count_plates",
    "report_job",
    "run_job",
    "troubles",
]
