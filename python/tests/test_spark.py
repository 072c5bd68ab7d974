"""Replays on Spark give what `mispflow run` gives, also when a worker dies."""

import gzip
import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import EXAMPLES, mispflow, some_events

pytest.importorskip("pyspark")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java", allow_module_level=True)

WORKFLOW = EXAMPLES / "spark" / "red-stays.mwf"


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    # Two cores; a task may fail three times.
    session = SparkSession.builder.master("local[2,4]").appName("tests").config("spark.ui.enabled", "false")
    session = session.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Files in every form, with events that can be used and some that cannot."""
    folder = tmp_path_factory.mktemp("archive")
    for number in range(6):
        lines = some_events(200, number)
        text = "\n".join(lines)
        if number % 3 == 0:
            with gzip.open(folder / f"{number}.ndjson.gz", "wt", encoding="utf-8") as file:
                file.write(text)
        elif number % 3 == 1:
            (folder / f"{number}.ndjson").write_text(text, encoding="utf-8")
        else:
            usable = [json.loads(line) for line in lines if line.startswith('{"Event"')]
            (folder / f"{number}.json").write_text(json.dumps(usable), encoding="utf-8")
    return folder


def key(run):
    return run["source"]["file"], run["source"]["line"], run["source"]["index"]


def expected(archive):
    told = mispflow("run", WORKFLOW, "--event", archive, "--format", "json")
    return sorted((json.loads(line) for line in told.stdout.splitlines()), key=key)


def test_the_example_gives_what_run_gives(archive, tmp_path):
    output = tmp_path / "out"
    script = EXAMPLES / "spark" / "replay.py"
    environment = {
        **os.environ,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_SUBMIT_ARGS": "--master local[2] --conf spark.ui.enabled=false pyspark-shell",
    }
    done = subprocess.run(
        [sys.executable, script, WORKFLOW, archive, output], capture_output=True, encoding="utf-8", env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(output).to_pylist()
    runs = sorted((json.loads(row["result"]) for row in rows if row["error"] is None), key=key)
    assert runs == expected(archive) and len(runs) > 800
    assert len(rows) > len(runs), "events that cannot be used are there too"
    cancelled = sum(run["verdict"] == "cancel" for run in runs)
    assert cancelled > 100
    assert f"|{cancelled}" in done.stdout.replace(" ", ""), done.stdout


def test_a_worker_that_is_killed_loses_and_doubles_nothing(spark, archive, tmp_path):
    from mispflow.spark import SCHEMA, replay_files

    mapped = replay_files(WORKFLOW)

    def killed(batches):
        from pyspark import TaskContext

        context = TaskContext.get()
        for batch in mapped(batches):
            yield batch
            if context.partitionId() % 2 == 0 and context.attemptNumber() == 0:
                # After something was handed on.
                (tmp_path / f"killed-{context.partitionId()}").touch()
                os.kill(os.getpid(), 9)

    files = sorted(str(path) for path in archive.iterdir())
    paths = spark.sparkContext.parallelize([(path,) for path in files], len(files)).toDF("path string")
    paths.mapInArrow(killed, SCHEMA).write.parquet(str(tmp_path / "out"))
    assert sorted(path.name for path in tmp_path.glob("killed-*")) == ["killed-0", "killed-2", "killed-4"]
    rows = spark.read.parquet(str(tmp_path / "out")).where("error is null").collect()
    assert sorted((json.loads(row.result) for row in rows), key=key) == expected(archive)


def test_events_in_a_data_frame(spark):
    from mispflow.spark import SCHEMA, replay_values

    lines = some_events(500, 11)
    frame = spark.createDataFrame([(line,) for line in lines], "value string").coalesce(1)
    rows = frame.mapInArrow(replay_values(WORKFLOW), SCHEMA).collect()
    told = mispflow("run", WORKFLOW, "--event", "-", "--format", "json", input="\n".join(lines))
    runs = [json.loads(row.result) for row in rows if row.error is None]
    assert runs == [json.loads(line) for line in told.stdout.splitlines()]


def test_without_python_on_the_workers(spark, archive):
    """Lines through the program itself."""
    lines = spark.sparkContext.textFile(str(archive / "1.ndjson"), 1)
    program = f"{sys.executable} -m mispflow run {WORKFLOW} --event - --format json"
    runs = [json.loads(line) for line in lines.pipe(program).collect()]
    told = mispflow("run", WORKFLOW, "--event", archive / "1.ndjson", "--format", "json")
    wanted = [json.loads(line) for line in told.stdout.splitlines()]
    assert [(run["event"], run["outcome"]) for run in runs] == [(run["event"], run["outcome"]) for run in wanted]
