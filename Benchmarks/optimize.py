"""Smaller PNGs: `imgbatch optimize` beside oxipng, level by level."""

import os
import shutil
import sys
from pathlib import Path

import peers
from measure import timed

HERE = Path(__file__).parent
LEVELS = range(7)
# oxipng from PyPI, as a library: one process for all files, as imgbatch is.
WHEEL = "pyoxipng"


def some(folder, work, name, step):
    """Every so many pictures of a folder, side by side."""
    target = work / name
    target.mkdir(exist_ok=True)
    for index, path in enumerate(sorted(folder.rglob("*.png"))[::step]):
        shutil.copy(path, target / f"{index:04}-{path.name}")
    return target


def folders(corpora, work):
    """Small parts of the pictures: the highest levels take seconds for one."""
    found = {}
    for name, corpus, step in [("sprites", "sprites", 24), ("some photos", "photos", 27)]:
        folder = corpora[corpus]
        if folder is not None:
            found[name] = some(folder, work, f"optimize-{corpus}", step)
    icons = corpora["icons"]
    if icons is not None:
        found["icons"] = some(icons, work, "optimize-icons", 1)
    return found


def total(folder):
    return sum(path.stat().st_size for path in folder.rglob("*.png"))


def run(binary, corpora, cache, work, output):
    """Processor seconds and bytes of each level, one run each, with one worker."""
    python = peers.virtual_environment(cache / "oxipng", [WHEEL])
    commands = {
        "imgbatch": lambda level, folder: (
            [binary, "optimize", folder, output, "--level", level, "--workers", 1, "--quiet"]
        )
    }
    if peers.imports(python, "oxipng"):
        commands["oxipng"] = lambda level, folder: (
            [python, HERE / "optimize_peer.py", level, folder, output]
        )
    else:
        peers.missing("oxipng", f"the module {WHEEL} from PyPI")
    rows = []
    for corpus, folder in folders(corpora, work).items():
        for program, command in commands.items():
            for level in LEVELS:
                # Photos take minutes at the highest levels, and tell nothing new there.
                if corpus == "some photos" and level > 4:
                    continue
                environment = os.environ | {"RAYON_NUM_THREADS": "1"}
                result = timed(command(level, folder), output, environment=environment)
                if result is None:
                    print(f"failed: {program} {level} on {corpus}", file=sys.stderr)
                    continue
                row = {"corpus": corpus, "program": program, "level": level, "before": total(folder)}
                rows.append(row | result)
    return rows
