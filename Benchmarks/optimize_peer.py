#!/usr/bin/env python3
"""oxipng over a folder: `optimize_peer.py LEVEL IN OUT`. What does not shrink is copied."""

import sys
from pathlib import Path

import oxipng

level, source, target = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
for path in sorted(source.rglob("*.png")):
    data = path.read_bytes()
    smaller = oxipng.optimize_from_memory(data, level=level, strip=oxipng.StripChunks.safe())
    (target / path.name).write_bytes(min(smaller, data, key=len))
