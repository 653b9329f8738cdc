"""Very many files: what a job costs beyond its pixels, and whether memory grows with them."""

import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import time
import zlib

COUNTS = (10_000, 100_000, 1_000_000)
WORKERS = (1, 2, 4, 8, 16, 32, 64)
WORKERS_COUNT = 10_000
SHARD = 1000
SIDE = 8


def tiny_png():
    """Noise of 8×8 pixels."""
    noise = random.Random(1)
    rows = b"".join(b"\0" + noise.randbytes(3 * SIDE) for _ in range(SIDE))

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def make_tree(folder, count):
    """So many files, a thousand in each folder, which are links to the first of them."""
    picture = tiny_png()
    for start in range(0, count, SHARD):
        shard = folder / f"{start // SHARD:04}"
        shard.mkdir(parents=True)
        first = shard / "000.png"
        first.write_bytes(picture)
        for index in range(1, min(SHARD, count - start)):
            os.link(first, shard / f"{index:03}.png")


def has_room(folder, count, pages):
    """Whether so many files fit, and so many of them with a block of their own."""
    system = os.statvfs(folder)
    # Some file systems have no fixed number of files, and say 0.
    has_names = system.f_files == 0 or system.f_favail > count * 1.01 + 1000
    return has_names and system.f_bavail * system.f_frsize > pages * 4096 + count * 1024


def first_output(process, output):
    """The time until there is a file in a folder of the output; None where there never was."""
    start = time.perf_counter()
    while process.poll() is None:
        if next(output.glob("*/*.png"), None) is not None:
            return time.perf_counter() - start
        time.sleep(0.001)
    return None


def run_once(binary, job, folder, output, workers):
    figures = output.with_suffix(".time")
    shutil.rmtree(output, ignore_errors=True)
    command = [binary, "verify", folder]
    if job == "resize":
        command = [binary, "resize", folder, output, "--size", SIDE // 2]
    command += ["--workers", workers, "--quiet"]
    timer = ["/usr/bin/time", "-f", "%e %U %S %M", "-o", figures]
    process = subprocess.Popen(
        [str(part) for part in timer + command], stdout=subprocess.DEVNULL
    )
    first = first_output(process, output) if job == "resize" else None
    if process.wait() != 0:
        return None
    wall, user, system, kilobytes = map(float, figures.read_text().split()[-4:])
    return {"wall": wall, "cpu": user + system, "megabytes": kilobytes / 1024, "first": first}


def run_counts(binary, work, counts):
    """Ever more files with two workers."""
    rows = []
    for count in counts:
        job = "resize" if has_room(work, 2 * count, count) else "verify"
        if not has_room(work, count, 0):
            print(f"missing: room for {count} files in {work}", file=sys.stderr)
            continue
        folder, output = work / "many", work / "many-out"
        make_tree(folder, count)
        run = run_once(binary, job, folder, output, 2)
        if run is None:
            print(f"failed: {job} of {count} files", file=sys.stderr)
        else:
            rows.append({"files": count, "job": job, **run})
        shutil.rmtree(folder)
        shutil.rmtree(output, ignore_errors=True)
    return rows


def run_workers(binary, work, rounds):
    """The same files with ever more workers."""
    folder, output = work / "many", work / "many-out"
    make_tree(folder, WORKERS_COUNT)
    runs = {workers: [] for workers in WORKERS}
    for _ in range(rounds):
        for workers, results in runs.items():
            run = run_once(binary, "resize", folder, output, workers)
            if run is not None:
                results.append(run)
    shutil.rmtree(folder)
    shutil.rmtree(output, ignore_errors=True)
    return [
        {
            "workers": workers,
            "files": WORKERS_COUNT,
            **{
                key: statistics.median(run[key] for run in results)
                for key in ("wall", "cpu", "megabytes")
            },
        }
        for workers, results in runs.items()
        if results
    ]
