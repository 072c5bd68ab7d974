"""Replay an archive of events over a workflow with Spark, and count what came of it.

    spark-submit replay.py WORKFLOW ARCHIVE OUTPUT

ARCHIVE is a folder with events as `mispflow run --event` takes them: `.json`, `.ndjson`, `.jsonl`, and these compressed with gzip or
zstd. Every worker must be able to read it under this path. OUTPUT becomes a folder of Parquet files with a row for each event.

Each file is read by one worker: an archive should have more files than there are cores.
"""

import argparse
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from mispflow.spark import SCHEMA, replay_files

ENDINGS = (".json", ".ndjson", ".jsonl")
COMPRESSED = (".gz", ".zst", ".zstd")


def files_of(archive: Path) -> "list[str]":
    """The files with events in a folder, the largest first, so that no worker begins with a large one at the end."""
    def holds_events(path: Path) -> bool:
        name = path.with_suffix("") if path.suffix in COMPRESSED else path
        return path.is_file() and name.suffix in ENDINGS

    found = [path for path in archive.rglob("*") if holds_events(path)]
    return [str(path) for path in sorted(found, key=lambda path: (-path.stat().st_size, path))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("workflow", type=Path)
    parser.add_argument("archive", type=Path)
    parser.add_argument("output")
    parser.add_argument("--id", help="which workflow, where the file holds several")
    arguments = parser.parse_args()

    spark = SparkSession.builder.appName("mispflow").getOrCreate()
    files = files_of(arguments.archive)
    if not files:
        parser.error(f"there are no files with events in {arguments.archive}")
    # One file is one partition, so that a worker that dies costs one file.
    paths = spark.sparkContext.parallelize([(path,) for path in files], len(files)).toDF("path string")
    results = paths.mapInArrow(replay_files(arguments.workflow.resolve(), arguments.id), SCHEMA)
    results.write.mode("overwrite").parquet(arguments.output)

    written = spark.read.parquet(arguments.output)
    totals = written.groupBy("verdict", "cancelled_by", F.col("error").isNotNull().alias("unusable")).count()
    totals.orderBy(F.desc("count")).show(truncate=False)
    spark.stop()


if __name__ == "__main__":
    main()
