#!/usr/bin/env python3
"""imgbatch beside its peers: the same files, by turns, round after round.

The pictures come from Debian packages and the peers from PyPI; both are kept in a cache outside of
the source tree, and fetched once. Peers that are Debian's are used where they are installed. What
cannot be had is named and left out.
"""

import argparse
import json
import os
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import kernels
import optimize
import peers
import report
import scale
import startup
from corpora import Corpora
from measure import run_case, run_levels

HERE = Path(__file__).parent
BUILD = HERE.parent / ".build/release"
Case = namedtuple("Case", "key name corpus size workers")
CASES = [
    Case("photos-1024", "photos, fit 1024", "photos", "1024", 1),
    Case("photos-1024", "photos, fit 1024", "photos", "1024", 2),
    Case("photos-256", "photos, fit 256", "photos", "256", 1),
    Case("sprites", "sprites, 50 %", "sprites", "50%", 1),
    Case("sprites", "sprites, 50 %", "sprites", "50%", 2),
    # A PNG whose pixels stay is copied; so what encoding costs is seen on pixmaps.
    Case("encode", "PPM to PNG, same size", "pixmaps", "same", 1),
    Case("large", "20000×20000, fit 1024", "large", "1024", 1),
]
LEVEL_CASES = [CASES[0], CASES[3]]
PARTS = ["photos-1024", "photos-256", "sprites", "encode", "large", "levels"]
PARTS += ["optimize", "startup", "kernels"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", type=Path, default=BUILD / "imgbatch")
    parser.add_argument("--installed", type=Path, help="the one that users have, for start-up")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/imgbatch-bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=200, help="rounds of start-up")
    parser.add_argument("--only", action="append", choices=[*PARTS, "scale"], help="one part")
    parser.add_argument("--scale", action="store_true", help="very many files, too")
    parser.add_argument("--scale-most", type=int, default=max(scale.COUNTS), metavar="FILES")
    parser.add_argument("--pictures", type=int, help="no more of each corpus, to try this out")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def run(options, work):
    parts = set(options.only or PARTS) | ({"scale"} if options.scale else set())
    binary, output = options.binary.resolve(), work / "out"
    python = peers.virtual_environment(options.cache / "peers", peers.WHEELS)
    corpora = Corpora(options.cache, work, binary, python, options.pictures)
    results = {
        "machine": [],
        "rounds": options.rounds,
        "cases": [],
        "levels": [],
        "optimize": [],
        "startup": [],
        "kernels": [],
        "scale": [],
        "workers": [],
    }
    cases = [case for case in CASES if case.key in parts]
    programs = peers.all_programs(options.cache, binary, python) if cases else []
    results["machine"] = peers.versions(options.cache, python)
    for case in cases:
        folder = corpora[case.corpus]
        suited = [program for program in programs if program.suits(case)]
        if folder is not None:
            results["cases"] += run_case(case, folder, suited, options.rounds, output)
    if "levels" in parts:
        for case in LEVEL_CASES:
            folder = corpora[case.corpus]
            if folder is not None:
                results["levels"] += run_levels(case, folder, binary, output)
    if "optimize" in parts:
        results["optimize"] = optimize.run(binary, corpora, options.cache, work, output)
    if "startup" in parts:
        icon = corpora["icon"]
        results["startup"] = startup.run(
            options.installed, icon and icon / "icon.png", output, options.starts
        )
    if "kernels" in parts:
        results["kernels"] = kernels.run(binary, corpora["photos"], corpora["sprites"], work)
    if "scale" in parts:
        counts = [count for count in scale.COUNTS if count <= options.scale_most]
        results["scale"] = scale.run_counts(binary, work, counts)
        results["workers"] = scale.run_workers(binary, work, options.rounds)
    return results


def main():
    options = arguments()
    if not os.access("/usr/bin/time", os.X_OK):
        sys.exit("missing: GNU time, in Debian's package time")
    if not options.binary.exists():
        sys.exit(f"missing: {options.binary}, which `make build` makes")
    options.cache.mkdir(parents=True, exist_ok=True)
    base = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else options.cache
    work = base / f"imgbatch-bench-{os.getpid()}"
    work.mkdir()
    try:
        results = run(options, work)
    finally:
        shutil.rmtree(work)
    text = report.markdown(results)
    print(text)
    if options.markdown:
        options.markdown.write_text(text)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
