#!/usr/bin/env python3
"""imgbatch beside its peers: the same files, by turns, round after round.

The pictures come from Debian packages and the peers from PyPI; both are kept in a cache outside of
the source tree, and fetched once. What cannot be had is named and left out. Each round runs every
program once, so that whatever else the machine does falls on all alike; the table has medians.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = {
    "photos": ["plasma-workspace-wallpapers", "mate-backgrounds", "lxqt-themes", "ukui-wallpapers"],
    "sprites": ["wesnoth-1.16-data"],
}
LEAST_PHOTO_PIXELS = 2_000_000
WHEELS = ["pyvips-binary", "pyvips", "pillow", "opencv-python-headless"]
CASES = [
    # name, corpus, size, workers
    ("photos, fit 1024", "photos", "1024", 1),
    ("photos, fit 1024", "photos", "1024", 2),
    ("photos, fit 256", "photos", "256", 1),
    ("sprites, 50 %", "sprites", "50%", 1),
]


def png_pixel_count(path):
    with open(path, "rb") as file:
        head = file.read(24)
    if head[:8] != b"\x89PNG\r\n\x1a\n" or len(head) < 24:
        return 0
    width, height = struct.unpack(">II", head[16:24])
    return width * height


def fetch_packages(cache, corpus):
    folder = cache / "packages" / corpus
    if folder.exists():
        return folder
    partial = folder.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for package in PACKAGES[corpus]:
        fetched = subprocess.run(["apt-get", "download", package], cwd=partial, capture_output=True)
        archives = list(partial.glob(f"{package}_*.deb"))
        if fetched.returncode != 0 or not archives:
            print(f"missing: the Debian package {package}", file=sys.stderr)
            continue
        subprocess.run(["dpkg-deb", "-x", archives[0], partial / package], check=True)
        archives[0].unlink()
    partial.rename(folder)
    return folder


def corpus_folder(cache, corpus, work):
    """The pictures of a corpus, in memory where there is room for it."""
    packages = fetch_packages(cache, corpus)
    target = work / corpus
    if corpus == "photos":
        seen = set()
        for index, path in enumerate(sorted(packages.rglob("*.png"))):
            if path.is_symlink() or png_pixel_count(path) < LEAST_PHOTO_PIXELS:
                continue
            content = path.read_bytes()
            if hash(content) not in seen:
                seen.add(hash(content))
                target.mkdir(parents=True, exist_ok=True)
                (target / f"{index:04}-{path.name}").write_bytes(content)
    else:
        for units in packages.rglob("core/images/units"):
            shutil.copytree(units, target)
    return target if target.exists() else None


def prepare_peers(cache):
    python = cache / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", cache / "peers"], check=True)
        for wheel in WHEELS:
            fetched = subprocess.run([python, "-m", "pip", "install", "-q", wheel])
            if fetched.returncode != 0:
                print(f"missing: {wheel} from PyPI", file=sys.stderr)
    peers = {}
    for name, module in [
        ("vips", "pyvips"),
        ("vips-filtered", "pyvips"),
        ("pillow", "PIL"),
        ("opencv", "cv2"),
    ]:
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0:
            peers[name] = [python, HERE / "peer.py", name]
    return peers


def peer_versions(cache):
    script = (
        "import pyvips, PIL, cv2;"
        "print('libvips', '.'.join(str(pyvips.version(i)) for i in range(3)),"
        "'· Pillow', PIL.__version__, '· OpenCV', cv2.__version__)"
    )
    python = cache / "peers" / "bin" / "python"
    return subprocess.run([python, "-c", script], capture_output=True, text=True).stdout.strip()


def timed(command, output):
    """Wall and processor seconds, the peak of memory, and the bytes that were written."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    figures = output.with_suffix(".time")
    # GNU time starts the program from a small process: the peak of a child of this one would be no
    # less than its own.
    process = subprocess.run(
        [str(part) for part in ["/usr/bin/time", "-f", "%e %U %S %M", "-o", figures, *command]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if process.returncode != 0:
        return None
    wall, user, system, kilobytes = map(float, figures.read_text().split())
    return {
        "wall": wall,
        "cpu": user + system,
        "megabytes": kilobytes / 1024,
        "bytes": sum(path.stat().st_size for path in output.rglob("*.png")),
    }


def imgbatch_command(binary, size, workers, source, output, level=None):
    command = [binary, "resize", source, output, "--size", size, "-j", workers, "--quiet"]
    return command + (["--compression", level] if level is not None else [])


def run_case(case, folder, binary, peers, rounds, work):
    name, _, size, workers = case
    programs = {"imgbatch": imgbatch_command(binary, size, workers, folder, work / "out")}
    for peer, command in peers.items():
        programs[peer] = command + [size, workers, folder, work / "out"]
    results = {program: [] for program in programs}
    for _ in range(rounds):
        for program, command in programs.items():
            result = timed(command, work / "out")
            if result is not None:
                results[program].append(result)
    rows = []
    for program, runs in results.items():
        if not runs:
            print(f"failed: {program} on {name}", file=sys.stderr)
            continue
        row = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        rows.append({"case": name, "workers": workers, "program": program, **row})
    for row in rows:
        row["ratio"] = row["wall"] / rows[0]["wall"]
    return rows


def run_levels(folder, corpus, size, binary, rounds, work):
    rows = []
    for level in range(13):
        command = imgbatch_command(binary, size, 1, folder, work / "out", level)
        runs = [timed(command, work / "out") for _ in range(rounds)]
        row = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        rows.append({"corpus": corpus, "level": level, **row})
    return rows


def markdown(results):
    lines = [f"{results['machine']} · {results['peers']} · {results['rounds']} rounds, medians", ""]
    lines += ["| case | workers | program | wall s | × imgbatch | processor s | peak MB | MB out |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for row in results["cases"]:
        lines.append(
            f"| {row['case']} | {row['workers']} | {row['program']} | {row['wall']:.2f} "
            f"| {row['ratio']:.2f} | {row['cpu']:.2f} | {row['megabytes']:.0f} "
            f"| {row['bytes'] / 1e6:.2f} |"
        )
    lines += ["", "| level | photos, fit 1024: s | MB | sprites, 50 %: s | MB |", "|---|---|---|---|---|"]
    levels = {(row["corpus"], row["level"]): row for row in results["levels"]}
    for level in range(13):
        cells = []
        for corpus in ("photos", "sprites"):
            row = levels.get((corpus, level))
            cells += [f"{row['wall']:.2f}", f"{row['bytes'] / 1e6:.2f}"] if row else ["", ""]
        lines.append(f"| {level} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", type=Path, default=HERE.parent / ".build/release/imgbatch")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache/imgbatch-bench", help="outside the tree"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not os.access("/usr/bin/time", os.X_OK):
        sys.exit("missing: GNU time, in Debian's package time")
    options.cache.mkdir(parents=True, exist_ok=True)
    base = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else options.cache
    work = base / f"imgbatch-bench-{os.getpid()}"
    work.mkdir()
    try:
        folders = {name: corpus_folder(options.cache, name, work) for name in PACKAGES}
        peers = prepare_peers(options.cache)
        results = {
            "machine": f"{platform.machine()}, {os.cpu_count()} processors",
            "peers": peer_versions(options.cache),
            "rounds": options.rounds,
            "cases": [],
            "levels": [],
        }
        for case in CASES:
            if folders[case[1]] is not None:
                results["cases"] += run_case(
                    case, folders[case[1]], options.binary, peers, options.rounds, work
                )
        for corpus, size in [("photos", "1024"), ("sprites", "50%")]:
            if folders[corpus] is not None:
                results["levels"] += run_levels(
                    folders[corpus], corpus, size, options.binary, 1, work
                )
    finally:
        shutil.rmtree(work)
    text = markdown(results)
    print(text)
    if options.markdown:
        options.markdown.write_text(text)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
