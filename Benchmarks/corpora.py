"""The pictures: from Debian packages, kept in a cache, and laid out in memory for a run."""

import shutil
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = {
    "photos": ["plasma-workspace-wallpapers", "mate-backgrounds", "lxqt-themes", "ukui-wallpapers"],
    "sprites": ["wesnoth-1.16-data"],
    "icons": ["gnome-icon-theme"],
}
LEAST_PHOTO_PIXELS = 2_000_000


def png_size(path):
    """Width and height; zero for what is no PNG."""
    with open(path, "rb") as file:
        head = file.read(24)
    if head[:8] != b"\x89PNG\r\n\x1a\n" or len(head) < 24:
        return 0, 0
    return struct.unpack(">II", head[16:24])


def pixel_count(path):
    width, height = png_size(path)
    return width * height


class Corpora:
    """Folders of pictures by name, each made when it is first asked for.

    cache stands outside of the tree and keeps what the network gave; work is where a run reads
    from. limit is the number of pictures that are taken, None for all.
    """

    def __init__(self, cache, work, binary, python, limit=None):
        self.cache, self.work, self.binary, self.python = cache, work, binary, python
        self.limit = limit
        self.folders = {}

    def __getitem__(self, name):
        """The folder, or None where its pictures can't be had."""
        if name not in self.folders:
            target = self.work / name
            getattr(self, f"make_{name}")(target)
            self.folders[name] = target if target.exists() else None
            if self.folders[name] is None:
                print(f"missing: the pictures called {name}", file=sys.stderr)
        return self.folders[name]

    def packages(self, corpus):
        folder = self.cache / "packages" / corpus
        if folder.exists():
            return folder
        partial = folder.with_suffix(".part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for package in PACKAGES[corpus]:
            fetched = subprocess.run(
                ["apt-get", "download", package], cwd=partial, capture_output=True
            )
            archives = list(partial.glob(f"{package}_*.deb"))
            if fetched.returncode != 0 or not archives:
                print(f"missing: the Debian package {package}", file=sys.stderr)
                continue
            subprocess.run(["dpkg-deb", "-x", archives[0], partial / package], check=True)
            archives[0].unlink()
        partial.rename(folder)
        return folder

    def make_photos(self, target):
        """All wallpapers of two megapixels and more, each content once, side by side."""
        seen = set()
        for index, path in enumerate(sorted(self.packages("photos").rglob("*.png"))):
            if path.is_symlink() or pixel_count(path) < LEAST_PHOTO_PIXELS:
                continue
            content = path.read_bytes()
            if hash(content) in seen or len(seen) == self.limit:
                continue
            seen.add(hash(content))
            target.mkdir(exist_ok=True)
            (target / f"{index:04}-{path.name}").write_bytes(content)

    def make_sprites(self, target):
        """A tree of thousands of small pictures."""
        for units in self.packages("sprites").rglob("core/images/units"):
            for path in sorted(units.rglob("*.png"))[: self.limit]:
                copy = target / path.relative_to(units)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)

    def make_icons(self, target):
        """A sixteenth of a theme's icons, of all its sizes, side by side."""
        paths = [path for path in sorted(self.packages("icons").rglob("*.png")) if path.is_file()]
        for index, path in enumerate(paths[::16][: self.limit]):
            target.mkdir(exist_ok=True)
            shutil.copy(path, target / f"{index:04}-{path.name}")

    def make_pixmaps(self, target):
        """The photos as PPM: what costs no reading worth the name. Those with alpha have no PPM."""
        photos = self["photos"]
        if photos is not None:
            command = [self.binary, "convert", photos, target, "--to", "ppm"]
            converted = subprocess.run(command, capture_output=True)
            # 1: some have no PPM.
            if converted.returncode not in (0, 1):
                print("failed: to make pixmaps of the photos", file=sys.stderr)
                shutil.rmtree(target, ignore_errors=True)

    def make_large(self, target):
        """One picture of 20000×20000 pixels."""
        kept = self.cache / "large.png"
        photos = self["photos"]
        if not kept.exists() and photos is not None:
            partial = kept.with_suffix(".part")
            made = subprocess.run([self.python, HERE / "large.py", photos, partial])
            if made.returncode == 0:
                partial.rename(kept)
        if kept.exists():
            target.mkdir()
            shutil.copy(kept, target)

    def make_icon(self, target):
        """One small picture: the first sprite."""
        sprites = self["sprites"]
        if sprites is not None:
            target.mkdir()
            shutil.copy(min(sprites.rglob("*.png")), target / "icon.png")
