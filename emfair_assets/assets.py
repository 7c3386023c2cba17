"""The five assets of an experiment, from raw bytes to rows that SQL asks.

    raw_upload → nxem_container → validation_report → experiment_record → metadata_index

Any of them can be materialized for any experiment from the UI, without run configuration.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetsDefinition,
    DataVersion,
    MaterializeResult,
    MetadataValue,
    asset,
)

from emfair.errors import FixityMismatch
from emfair.lake import layout
from emfair.model.canonical import digest_of
from emfair.model.manifest import Place
from emfair.provenance.record import ProvenanceRecord
from emfair.service.chain import convert, describe, index, judge, receive
from emfair.service.services import Services
from emfair_assets import checks, shown
from emfair_assets.failures import failures
from emfair_assets.partitions import EXPERIMENTS
from emfair_assets.resources import EmfairResource

GROUP = "experiment"
INDEX_POOL = "index"


def _asset(
    name: str,
    code_version: str,
    *,
    deps: tuple[str, ...] = (),
    kinds: set[str],
    check_specs: tuple[AssetCheckSpec, ...] = (),
    **options: Any,
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Return the decorator that all five share: one partition an experiment, one group."""
    decorator: Callable[[Callable[..., Any]], AssetsDefinition] = asset(
        name=name,
        deps=list(deps),
        group_name=GROUP,
        partitions_def=EXPERIMENTS,
        code_version=code_version,
        kinds=kinds,
        check_specs=list(check_specs),
        **options,
    )
    return decorator


@_asset("raw_upload", receive.CODE_VERSION, kinds={"file"}, check_specs=(checks.FIXITY,))
def raw_upload(
    context: AssetExecutionContext, emfair: EmfairResource
) -> Iterator[MaterializeResult | AssetCheckResult]:
    """The deposited files, sealed by a manifest; every checksum is recomputed."""
    with failures(context.retry_number):
        services = emfair.services
        try:
            done = receive.receive(services, context.partition_key, run=context.run.run_id)
        except FixityMismatch as error:
            yield checks.of_broken(error)
            raise
    place = done.manifest.place
    where = services.lake.locate(f"{layout.experiment_prefix(place)}/raw/files")
    yield MaterializeResult(
        metadata={
            **shown.of_manifest(done.manifest, where),
            **_record(services, done.record, place),
        },
        data_version=_data_version(done.manifest.content_digest),
        check_results=[checks.of_fixity(done.manifest)],
    )


@_asset(
    "nxem_container",
    f"{convert.CODE_VERSION}+rosettasciio-{version('rosettasciio')}",
    deps=("raw_upload",),
    kinds={"hdf5"},
    io_manager_key="containers",
)
def nxem_container(
    context: AssetExecutionContext, emfair: EmfairResource
) -> Iterator[MaterializeResult]:
    """One NeXus/HDF5 container (NXem) a measurement, with preview."""
    with ExitStack() as stack:
        with failures(context.retry_number):
            services = emfair.services
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=services.scratch))
            made = convert.convert(
                services,
                context.partition_key,
                Path(folder),
                run=context.run.run_id,
                tell=context.log.info,
            )
        pictures = {one.measurement.measurement: one.preview for one in made.written}
        where = services.lake.locate(f"{layout.experiment_prefix(made.place)}/nexus")
        yield MaterializeResult(
            value=made,
            metadata={
                **shown.of_conversion(made.conversion, pictures, where),
                **_record(services, made.record, made.place),
            },
            data_version=_data_version(digest_of([made.conversion.model_dump(mode="json")])),
        )


@_asset(
    "validation_report",
    f"{judge.CODE_VERSION}+pynxtools-{version('pynxtools')}",
    deps=("nxem_container",),
    kinds={"html"},
    check_specs=(checks.NO_ERRORS, checks.COMPLETE),
)
def validation_report(context: AssetExecutionContext, emfair: EmfairResource) -> MaterializeResult:
    """The verdict on every container and every file, as JSON, Markdown and HTML."""
    with failures(context.retry_number):
        services = emfair.services
        done = judge.judge(services, context.partition_key, run=context.run.run_id)
    place = done.validation.place
    link = f"{services.settings.public_url}/api/v1/experiments/{place.experiment}/report"
    where = services.lake.locate(layout.report(place, "html"))
    return MaterializeResult(
        metadata={
            **shown.of_validation(done.validation, where, link),
            **_record(services, done.record, place),
        },
        data_version=_data_version(digest_of([done.validation.model_dump(mode="json")])),
        check_results=checks.of_validation(done.validation),
    )


@_asset(
    "experiment_record",
    describe.CODE_VERSION,
    deps=("validation_report",),
    kinds={"markdown"},
)
def experiment_record(context: AssetExecutionContext, emfair: EmfairResource) -> MaterializeResult:
    """A README at every level of the lake, for people who have only a file browser."""
    with failures(context.retry_number):
        services = emfair.services
        done = describe.describe(services, context.partition_key, run=context.run.run_id)
    readme = services.lake.locate(layout.readme(layout.experiment_prefix(done.place)))
    return MaterializeResult(
        metadata={
            "README": MetadataValue.md(done.readme),
            "path": MetadataValue.path(readme),
            **_record(services, done.record, done.place),
        },
        data_version=_data_version(digest_of([done.readme])),
    )


@_asset(
    "metadata_index",
    index.CODE_VERSION,
    deps=("experiment_record",),
    kinds={"deltalake", "parquet"},
    io_manager_key="tables",
    pool=INDEX_POOL,
)
def metadata_index(context: AssetExecutionContext, emfair: EmfairResource) -> MaterializeResult:
    """The experiment's rows in the six tables that DuckDB asks."""
    with failures(context.retry_number):
        services = emfair.services
        rows = index.gather(services, context.partition_key, run=context.run.run_id)
    counts = {f"rows: {name}": table.num_rows for name, table in rows.tables.items()}
    where = services.lake.locate(f"{layout.INDEX}/snapshot")
    return MaterializeResult(
        value=rows,
        metadata={
            "state": MetadataValue.text(rows.state.value),
            **{name: MetadataValue.int(number) for name, number in counts.items()},
            "snapshot": MetadataValue.path(where),
            **_record(services, rows.record, rows.place),
        },
        data_version=_data_version(rows.digest),
    )


ASSETS = (raw_upload, nxem_container, validation_report, experiment_record, metadata_index)


def _data_version(sha256: str) -> DataVersion:
    return DataVersion(f"sha256:{sha256}")


def _record(services: Services, record: ProvenanceRecord, place: Place) -> shown.Shown:
    return shown.of_record(record, services.lake.locate(layout.provenance(place, record.name)))
