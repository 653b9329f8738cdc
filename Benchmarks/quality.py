#!/usr/bin/env python3
"""How good imgbatch's resampling is beside its peers, against a reference in float64.

Pictures and peers are those of bench.py, fetched into the same cache. What cannot be had is named
and left out. The exit status is 1 where imgbatch misses a target.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import peers

HERE = Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", type=Path, default=HERE.parent / ".build/release/imgbatch")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/imgbatch-bench")
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--only", metavar="PROGRAM", help="imgbatch alone, or one peer beside it")
    return parser.parse_args()


def continue_in(python):
    """Goes on in the interpreter that has numpy and the peers' modules."""
    if Path(sys.prefix).resolve() != python.parent.parent.resolve():
        os.execv(python, [str(python), *sys.argv])


def main():
    options = arguments()
    if not options.binary.exists():
        sys.exit(f"missing: {options.binary}, which `make build` makes")
    options.cache.mkdir(parents=True, exist_ok=True)
    python = peers.virtual_environment(options.cache / "peers", peers.WHEELS)
    if not peers.imports(python, "numpy"):
        sys.exit("missing: the module numpy from PyPI")
    continue_in(python)

    # Only here is numpy there.
    import quality_report
    import quality_run
    from corpora import Corpora

    base = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else options.cache
    work = Path(tempfile.mkdtemp(prefix="imgbatch-quality-", dir=base))
    try:
        corpora = Corpora(options.cache, work, options.binary, python)
        results = quality_run.run(options, work, corpora)
    finally:
        shutil.rmtree(work)
    results["machine"] = peers.versions(options.cache, python)
    text = quality_report.markdown(results)
    print(text)
    if options.markdown:
        options.markdown.write_text(text)
    missed = [target for target in results["targets"] if not target.is_met]
    for target in missed:
        print(f"NOT met: {target.name}: {target.figure}, wanted {target.bound}", file=sys.stderr)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
