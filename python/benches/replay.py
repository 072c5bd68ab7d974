"""How fast replays are: the program, the package, Spark, in one run on the same events.

    python replay.py [--events N] [--spark]

Prints events a second, and the ratio to the program.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator

import mispflow

WORKFLOW = Path(__file__).resolve().parents[2] / "examples" / "spark" / "red-stays.mwf"


def some_events(count: int) -> Iterator[dict]:
    """Events with up to 40 attributes, the same ones each time; every tenth is red."""
    rng = random.Random(1)
    for number in range(count):
        attributes = [
            {"type": "ip-dst", "value": f"192.0.2.{rng.randrange(256)}", "to_ids": True, "category": "Network activity",
             "uuid": f"{rng.getrandbits(128):032x}", "comment": "seen in a log", "Tag": [{"name": "tlp:green"}]}
            for _ in range(rng.randrange(40))
        ]
        tag = "tlp:red" if rng.random() < 0.1 else "tlp:green"
        yield {"Event": {"id": str(number), "info": f"event {number}", "Tag": [{"name": tag}], "Attribute": attributes, "Object": []}}


def write_events(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for event in some_events(count):
            file.write(json.dumps(event) + "\n")


def timed(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spark", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder)
        # Several files, so that each core has some.
        files = [archive / f"{number}.ndjson" for number in range(8)]
        for file in files:
            write_events(file, arguments.events // len(files))
        size = sum(file.stat().st_size for file in files)
        guard = mispflow.load(WORKFLOW).workflow()

        def program() -> None:
            command = [sys.executable, "-m", "mispflow", "run", WORKFLOW, "--event", archive, "--format", "json", "--quiet"]
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

        def package() -> None:
            for _ in guard.replay(mispflow.archive(archive)):
                pass

        def lines() -> None:
            def events():
                for file in files:
                    with file.open("rb") as opened:
                        yield from opened

            for _ in guard.replay(events()):
                pass

        ways = {"mispflow run": program, "replay, from an archive": package, "replay, from bytes": lines}
        if arguments.spark:
            from pyspark.sql import SparkSession

            from mispflow.spark import SCHEMA, replay_files

            os.environ["PYSPARK_PYTHON"] = sys.executable
            spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
            spark.sparkContext.setLogLevel("ERROR")

            def on_spark() -> None:
                paths = spark.sparkContext.parallelize([(str(file),) for file in files], len(files)).toDF("path string")
                paths.mapInArrow(replay_files(WORKFLOW), SCHEMA).write.mode("overwrite").parquet(f"{folder}/out")

            ways["Spark, local[2]"] = on_spark
        best = {name: min(timed(work) for _ in range(arguments.rounds)) for name, work in ways.items()}
        count = arguments.events // len(files) * len(files)
        print(f"{count} events, {size / 1e6:.0f} MB, {os.cpu_count()} cores; the best of {arguments.rounds}")
        for name, seconds in best.items():
            print(f"{name:26} {count / seconds:10.0f} events/s  {best['mispflow run'] / seconds:5.2f}")


if __name__ == "__main__":
    main()
