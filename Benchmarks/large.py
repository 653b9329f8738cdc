#!/usr/bin/env python3
"""One picture of 20000×20000 pixels, of photos side by side: large.py FOLDER OUT"""

import sys
from pathlib import Path

import pyvips

SIDE = 20000
TILES = 5


def main():
    folder, target = sys.argv[1:]
    side = SIDE // TILES
    tiles = []
    # The large ones first: those are enlarged least.
    for path in sorted(Path(folder).glob("*.png"), key=lambda path: -path.stat().st_size):
        tile = pyvips.Image.thumbnail(str(path), side, height=side, crop="centre")
        if tile.bands >= 3 and len(tiles) < TILES * TILES:
            tiles.append(tile.colourspace("srgb").extract_band(0, n=3))
    if not tiles:
        sys.exit("large.py: no photos")
    tiles = (tiles * TILES * TILES)[: TILES * TILES]
    picture = pyvips.Image.arrayjoin(tiles, across=TILES)
    picture.pngsave(target, filter="all", strip=True)


if __name__ == "__main__":
    main()
