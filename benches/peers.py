"""The measurements of `peers.sh`: times of whole processes, the best of several runs, and what they come to a unit."""

import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

RUNS = 5
WORKFLOWS = 3_000
EVENT_BYTES = 200_000_000

WORKFLOW = """# Rules of team {n}
let restricted-{n} = ["tlp:red", "tlp:amber+strict", "PAP:RED"]

workflow guard-{n} on trigger-{n} {{
    name: "Guard of team {n}"
    description: "Keeps restricted events inside and tells the others about the rest"

    if event tagged any restricted-{n} or attribute tagged any restricted-{n} {{
        stop-execution(message: "TLP/PAP forbids publishing")
    }} else if count(Event._AttributeFlattened.{{n}}) > {n} {{
        stop-execution(message: "Too large, publish by hand")
    }}

    filter A: Event._AttributeFlattened.{{n}} where any type in ["ip-src", "ip-dst"] {{
        attach-enrichment(modules: ["mmdb_lookup"])
    }}

    if "ESET" in Event.Orgc.name and not published {{
        publish-event()
    }}
}}

module trigger-{n} : trigger {{
    blocking: true
    core-format: true
}}
"""

# As many lines, names, strings and conditions.
RULE = """// Rules of team {n}
rule guard_{n} : restricted inside
{{
    meta:
        name = "Guard of team {n}"
        description = "Keeps restricted samples inside and tells the others about the rest"
        author = "team {n}"
        date = "2026-01-01"
        tlp = "amber"
    strings:
        $red_{n} = "tlp:red:{n}"
        $amber = "tlp:amber+strict" nocase
        $pap = "PAP:RED" wide ascii
        $message = "TLP/PAP forbids publishing {n}"
        $large = "Too large, publish by hand"
        $source = "ip-src"
        $target = "ip-dst"
        $lookup = /mmdb_lookup_[a-z]{{4,8}}_{n}/
        $maker = "ESET"
        $bytes = {{ 6A 40 68 00 30 00 00 6A ?? 8D }}
    condition:
        filesize < {n}KB and
        (
            any of ($red_{n}, $amber, $pap) or
            (#message > {n} and $large)
        ) and
        (
            $source or
            $target
        ) and
        not (
            $lookup or
            ($maker at 0 and $bytes)
        )
}}
"""

# The same once more, for Sigma.
SIGMA = """title: Guard of team {n}
id: 5aa2e262-8c78-484b-8d0a-{n:012}
status: test
description: Keeps restricted events inside and tells the others about the rest
author: team {n}
date: 2026-01-01
tags:
    - tlp.amber
logsource:
    category: proxy
detection:
    restricted_{n}:
        Tag|contains:
            - tlp:red
            - tlp:amber+strict
            - PAP:RED
    source:
        type: ip-src
        Org|startswith: ESET
    target:
        type: ip-dst
        count|gte: {n}
    lookup:
        module|re: mmdb_lookup_[a-z]{{4,8}}_{n}
    condition: restricted_{n} or ((source or target) and not lookup)
falsepositives:
    - Too large, publish by hand
level: high
"""
# The question for the tags of an event.
SIGMA_TAGS = """title: Red
id: 5aa2e262-8c78-484b-8d0a-000000000000
status: test
logsource:
    category: proxy
detection:
    red:
        Event.Tag.name: tlp:red
    condition: red
level: high
"""

RED_GUARD = """workflow guard on event-publish {
    if event tagged any ["tlp:red"] or attribute tagged any ["tlp:red"] {
        stop-execution(message: "red")
    }
}
"""
SENDS_ALL = """workflow whole on event-publish {
    push-zmq()
}
"""
JQ = '[.Event.Tag[]?.name, .Event.Attribute[]?.Tag[]?.name, .Event.Object[]?.Attribute[]?.Tag[]?.name] | any(. == "tlp:red")'


def best(command, folder, expected=(0, 1), cores=None):
    """The best wall time in seconds of a command on so many cores, and the most memory in MiB."""

    def use_cores():
        if cores and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    times = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    for _ in range(RUNS):
        start = time.perf_counter()
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=use_cores)
        times.append(time.perf_counter() - start)
        if done.returncode not in expected:
            sys.exit(f"{command} ended with {done.returncode}")
    return min(times), max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def memory(command, folder):
    """The memory of a command in MiB."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code, *map(str, command)], cwd=folder, capture_output=True, text=True)
    return float(done.stdout)


def project(folder, count):
    folder.mkdir(parents=True)
    (folder / "mispflow.toml").write_text("")
    for number in range(count):
        part = folder / "workflows" / str(number // 1000)
        part.mkdir(parents=True, exist_ok=True)
        (part / f"w{number}.mwf").write_text(WORKFLOW.format(n=number))
    return folder


def compile_rules(count):
    """The best time that YARA-X takes to compile as many rules, in a process of its own."""
    code = (
        "import sys, time, yara_x\n"
        "source = sys.stdin.read()\n"
        "best = None\n"
        f"for _ in range({RUNS}):\n"
        "    start = time.perf_counter()\n"
        "    compiler = yara_x.Compiler()\n"
        "    compiler.add_source(source)\n"
        "    compiler.build()\n"
        "    taken = time.perf_counter() - start\n"
        "    best = taken if best is None else min(best, taken)\n"
        "print(best)"
    )
    source = "".join(RULE.format(n=number + 1) for number in range(count))
    done = subprocess.run([sys.executable, "-c", code], input=source, capture_output=True, text=True)
    return (float(done.stdout), source.count("\n")) if done.returncode == 0 else (None, done.stderr.strip().splitlines()[-1:])


def evaluate_jsonnet(count):
    """The best time that Jsonnet takes to make JSON of as many documents of similar length."""
    code = (
        "import sys, time, _jsonnet\n"
        "source = sys.stdin.read()\n"
        "best = None\n"
        f"for _ in range({RUNS}):\n"
        "    start = time.perf_counter()\n"
        "    _jsonnet.evaluate_snippet('w', source)\n"
        "    taken = time.perf_counter() - start\n"
        "    best = taken if best is None else min(best, taken)\n"
        "print(best)"
    )
    step = lambda number, at: (
        f"    {{\n      id: {at},\n      module: 'tag-if',\n      params: {{\n        scope: 'event',\n        tags: restricted_{number},\n      }},\n    }},\n"
    )
    documents = []
    for number in range(count):
        steps = "".join(step(number, at) for at in range(3))
        documents.append(
            f"  local restricted_{number} = ['tlp:red', 'tlp:amber+strict', 'PAP:RED'];\n  {{\n    name: 'Guard of team {number}',\n"
            f"    nodes: [\n{steps}    ],\n  }},\n"
        )
    source = "[\n" + "".join(documents) + "]\n"
    done = subprocess.run([sys.executable, "-c", code], input=source, capture_output=True, text=True)
    return (float(done.stdout), source.count("\n")) if done.returncode == 0 else (None, done.stderr.strip().splitlines()[-1:])


def event(number, attributes):
    def attribute(at):
        return {
            "id": str(at), "type": ["ip-dst", "sha256", "domain", "url"][at % 4], "category": "Network activity",
            "to_ids": True, "uuid": f"5aa2e262-8c78-484b-8d0a-2f490a{at:06}", "event_id": str(number), "distribution": "5",
            "timestamp": "1520624226", "comment": "seen in traffic of the last month" if at % 3 == 0 else "",
            "sharing_group_id": "0", "deleted": False, "disable_correlation": False, "object_id": "0",
            "object_relation": None, "value": f"value {at} of event {number}", "Galaxy": [], "ShadowAttribute": [],
            **({"Tag": [{"id": "9", "name": "tlp:amber", "colour": "#ffc000", "local": False}]} if at % 10 == 0 else {}),
        }

    return {"Event": {"id": str(number), "info": f"Event {number}", "uuid": f"5aa2e262-8c78-484b-8d0a-{number:012}",
                      "date": "2026-01-02", "threat_level_id": "2", "published": False, "distribution": "1",
                      "Tag": [{"id": "1", "name": "tlp:green", "colour": "#33ff00", "local": False}],
                      "Attribute": [attribute(at) for at in range(attributes)]}}


def archive(path, folder):
    """About 50 MB of events, one a line, and how many."""
    if folder:
        files = sorted(pathlib.Path(folder).glob("*.json"))
        lines = [json.dumps(json.loads(file.read_text()), separators=(",", ":"), ensure_ascii=False) for file in files]
    else:
        lines = [json.dumps(event(number, 20 + 30 * number), separators=(",", ":")) for number in range(10)]
    written = count = 0
    with path.open("w") as out:
        while written < EVENT_BYTES:
            line = lines[count % len(lines)] + "\n"
            out.write(line)
            written += len(line.encode())
            count += 1
    return written, count


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("mispflow", type=pathlib.Path)
    arguments.add_argument("events", nargs="?")
    arguments.add_argument("--large", action="store_true", help="100,000 workflows too")
    options = arguments.parse_args()
    mispflow = options.mispflow.resolve()
    cores = os.cpu_count() or 1
    version = subprocess.run([mispflow, "--version"], capture_output=True, text=True).stdout.strip().splitlines()[0]
    print(f"{version}, {cores} cores\n")
    with tempfile.TemporaryDirectory() as name:
        here = pathlib.Path(name)
        compiling(mispflow, here, cores)
        replaying(mispflow, here, cores, options.events)
        growing(mispflow, here, options.large)


def compiling(mispflow, here, cores):
    work = project(here / "project", WORKFLOWS)
    lines = WORKFLOW.format(n=1).count("\n") * WORKFLOWS
    one, _ = best([mispflow, "-q", "check", "-j", "1", "--allow", "warnings"], work, cores=1)
    all_cores, _ = best([mispflow, "-q", "check", "-j", str(cores), "--allow", "warnings"], work)
    build_one, _ = best([mispflow, "-q", "build", "-j", "1", "-o", here / "out", "--allow", "warnings"], work, cores=1)
    build_all, _ = best([mispflow, "-q", "build", "-j", str(cores), "-o", here / "out", "--allow", "warnings"], work)
    rows = [
        (f"`mispflow check` on {cores} cores", lines / all_cores, all_cores),
        ("`mispflow check` on 1", lines / one, one),
        (f"`mispflow build` on {cores} cores", lines / build_all, build_all),
        ("`mispflow build` on 1", lines / build_one, build_one),
    ]
    left_out = []
    for peer, measure in [("YARA-X compiles rules, 1 thread", compile_rules), ("Jsonnet makes JSON, 1 thread", evaluate_jsonnet)]:
        taken, told = measure(WORKFLOWS)
        if taken is None:
            left_out.append(f"{peer.split()[0]} is left out: {told}")
        else:
            rows.append((peer, told / taken, taken))
    if shutil.which("rsigma"):
        rules = here / "rules"
        rules.mkdir()
        for number in range(WORKFLOWS):
            (rules / f"r{number}.yml").write_text(SIGMA.format(n=number))
        taken, _ = best(["rsigma", "rule", "lint", rules], here)
        rows.append(("rsigma lints rules", SIGMA.format(n=1).count("\n") * WORKFLOWS / taken, taken))
    base = rows[0][1]
    print(f"## Reading {WORKFLOWS:,} workflows\n")
    print("| | lines a second | of the first row |\n|---|---|---|")
    for title, rate, _ in rows:
        print(f"| {title} | {rate:,.0f} | {rate / base:.2f} |")
    print("".join(f"\n{line}" for line in left_out))


def replaying(mispflow, here, cores, events):
    path = here / "events.ndjson"
    size, count = archive(path, events)
    (here / "tags.mwf").write_text(RED_GUARD)
    (here / "whole.mwf").write_text(SENDS_ALL)
    rows = []
    for title, workflow, jobs in [
        (f"asks for tags, on {cores} cores", "tags.mwf", cores),
        ("asks for tags, on 1", "tags.mwf", 1),
        (f"writes the event, on {cores} cores", "whole.mwf", cores),
        ("writes the event, on 1", "whole.mwf", 1),
    ]:
        taken, _ = best([mispflow, "-q", "run", workflow, "--event", path, "-j", str(jobs), "--format", "json"], here, cores=jobs)
        rows.append((f"`mispflow run`: {title}", taken))
    if shutil.which("jq"):
        rows.append(("`jq`: the question for tags", best(["jq", "-c", JQ, path], here)[0]))
    if shutil.which("rsigma"):
        (here / "red.yml").write_text(SIGMA_TAGS)
        command = ["rsigma", "engine", "eval", "-r", here / "red.yml", "-e", f"@{path}"]
        rows.append(("rsigma: the tags of the event alone", best(command, here)[0]))
    start = time.perf_counter()
    with path.open() as lines:
        for line in lines:
            json.loads(line)
    rows.append(("Python's `json.loads` alone", time.perf_counter() - start))
    base = rows[0][1]
    print(f"\n## Replaying {count:,} events, {size / 1e6:,.0f} MB\n")
    print("| | MB a second | of the first row |\n|---|---|---|")
    for title, taken in rows:
        print(f"| {title} | {size / 1e6 / taken:,.0f} | {base / taken:.2f} |")


def growing(mispflow, here, large):
    print("\n## Growth\n")
    print("| | time | memory | time for one |\n|---|---|---|---|")
    for count in [1_000, 10_000] + ([100_000] if large else []):
        work = project(here / f"project-{count}", count)
        command = [mispflow, "-q", "check", "--allow", "warnings"]
        taken, _ = best(command, work)
        print(f"| {count:,} workflows | {taken:.2f} s | {memory(command, work):,.0f} MiB | {taken / count * 1e6:,.0f} µs |")
        shutil.rmtree(work)
    (here / "guard.mwf").write_text(RED_GUARD)
    for attributes in [100, 1_000, 10_000, 100_000]:
        repeat = max(1, 100_000 // attributes)
        path = here / f"events-{attributes}.ndjson"
        line = json.dumps(event(1, attributes), separators=(",", ":")) + "\n"
        path.write_text(line * repeat)
        command = [mispflow, "-q", "run", "guard.mwf", "--event", path, "-j", "1"]
        taken, _ = best(command, here)
        unit = taken / repeat / attributes * 1e9
        print(f"| {repeat:,} events of {attributes:,} attributes | {taken:.2f} s | {memory(command, here):,.0f} MiB | {unit:,.0f} ns |")


if __name__ == "__main__":
    main()
