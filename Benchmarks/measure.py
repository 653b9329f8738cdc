"""What a run takes, and what it writes."""

import hashlib
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time

KEYS = ("wall", "cpu", "megabytes", "files", "bytes")


def timed(command, output, folder=None, environment=None, processors=None):
    """Wall and processor seconds, the peak of memory, and the files and bytes that were written.

    The program gets that many of the processors; all of them by default. None where the program failed. The peak comes from GNU time, which starts the program from a
    small process: that of a child of this one would be no less than its own. The rest is taken
    here, since GNU time rounds to hundredths.
    """
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    figures = output.with_suffix(".time")
    before, start = processor_seconds(), time.perf_counter()
    process = subprocess.run(
        [str(part) for part in ["/usr/bin/time", "-f", "%M", "-o", figures, *command]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        preexec_fn=None if processors is None else lambda: confine_to(processors),
    )
    wall, cpu = time.perf_counter() - start, processor_seconds() - before
    if process.returncode != 0:
        return None
    sizes = [path.stat().st_size for path in output.rglob("*") if path.is_file()]
    return {
        "wall": wall,
        "cpu": cpu,
        "megabytes": float(figures.read_text()) / 1024,
        "files": len(sizes),
        "bytes": sum(sizes),
    }


def confine_to(count):
    """Leaves this process, and those that it starts, so many processors."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-count:])


def processor_seconds():
    """Those of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def medians(runs):
    return {key: statistics.median(run[key] for run in runs) for key in KEYS}


def digest(folder):
    """One number for all names and bytes below a folder."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(str(path.relative_to(folder)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def run_case(case, folder, programs, rounds, output):
    """The rows of the table for one case: each program's medians.

    Each round runs every program once, so that whatever else the machine does falls on all alike.
    A row's ratio is the median of the ratios within the rounds.
    """
    results = {program.name: [] for program in programs}
    digests = {}
    for number in range(rounds):
        for program in list(programs):
            if number >= (program.most_rounds or rounds):
                continue
            command = program.command(case, folder, output)
            # As many processors as workers: whoever starts threads besides gets no more from it.
            result = timed(
                command, output, program.folder(folder), program.environment, case.workers
            )
            if result is None:
                print(f"failed: {program.name} on {case.name}", file=sys.stderr)
                programs = [other for other in programs if other is not program]
                del results[program.name]
                continue
            results[program.name].append(result)
            if program.makes_same_bytes and number == 0:
                digests[program.name] = digest(output)
    if len(set(digests.values())) > 1:
        print(f"different bytes on {case.name}: {', '.join(digests)}", file=sys.stderr)
    rows = []
    own_runs = results.get("imgbatch", [])
    for name, runs in results.items():
        ratios = [run["wall"] / own["wall"] for run, own in zip(runs, own_runs)]
        ratio = statistics.median(ratios) if ratios else None
        if own_runs and any(run["files"] != own_runs[0]["files"] for run in runs):
            print(f"not all files: {name} on {case.name}", file=sys.stderr)
        row = {"key": case.key, "case": case.name, "workers": case.workers, "program": name}
        row |= medians(runs) | {"ratio": ratio, "runs": runs}
        if name in digests:
            row["same bytes"] = len(set(digests.values())) == 1
        rows.append(row)
    return rows


def imgbatch_command(binary, case, folder, output, level=None):
    command = [binary, "convert", folder, output, "--to", "png"]
    if case.size != "same":
        command = [binary, "resize", folder, output, "--size", case.size]
    command += ["--workers", case.workers, "--max-pixels", "1000M", "--quiet"]
    return command + (["--compression", level] if level is not None else [])


def run_levels(case, folder, binary, output):
    """One run for each number that --compression takes."""
    rows = []
    for level in range(13):
        run = timed(imgbatch_command(binary, case, folder, output, level), output)
        if run is None:
            print(f"failed: level {level} on {case.name}", file=sys.stderr)
        else:
            rows.append({"corpus": case.corpus, "level": level, **run})
    return rows
