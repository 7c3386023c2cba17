"""The job that matters: the whole chain for one experiment, in one process.

In one process because a step's process would spend ten seconds on imports for one of work.
"""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job, in_process_executor

from emfair_assets.assets import GROUP

PROCESS = "process_experiment"

process_experiment = define_asset_job(
    PROCESS,
    selection=AssetSelection.groups(GROUP),
    executor_def=in_process_executor,
    description="Raw files of one experiment → containers → verdict → record → index.",
)
