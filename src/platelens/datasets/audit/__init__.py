"""Finds what is wrong with labelled pictures, and mends what needs no judgement."""

from platelens.datasets.audit.audit import Audit, Doubt, Source, open_source, run_audit
from platelens.datasets.audit.findings import (
    KINDS,
    Finding,
    Kind,
    KindCount,
    Severity,
    count_kinds,
    sort_by_kind,
)
from platelens.datasets.audit.fixes import Fix, FixPlan, apply_fixes, plan_fixes
from platelens.datasets.audit.splits import write_splits

__all__ = [
    "KINDS",
    "Audit",
    "Doubt",
    "Finding",
    "Fix",
    "FixPlan",
    "Kind",
    "KindCount",
    "Severity",
    "Source",
    "apply_fixes",
    "count_kinds",
    "open_source",
    "plan_fixes",
    "run_audit",
    "sort_by_kind",
    "write_splits",
]
