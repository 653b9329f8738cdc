"""The programs that a case is run by: imgbatch, its floor, its bare loop, and its peers.

What is not there is named and left out. Nothing is installed into the system; libraries come from
PyPI into the cache, once.
"""

import math
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from measure import imgbatch_command

HERE = Path(__file__).parent
WHEELS = ["pyvips-binary", "pyvips", "pillow", "opencv-python-headless", "numpy"]
# The module that each peer needs.
LIBRARIES = {"vips": "pyvips", "vips-filtered": "pyvips", "pillow": "PIL", "opencv": "cv2"}
FLAT = ("photos", "pixmaps", "large")
LEFT_OUT = (
    "vipsthumbnail, ImageMagick and GraphicsMagick are left out on the sprites: one call writes "
    "into one folder, and a call for each file takes minutes. vipsthumbnail is left out where the "
    "size stays, as it always makes a thumbnail, and the floor, as it reads nothing but PNG. "
    "ImageMagick and GraphicsMagick run one round. The peak of several processes is not told. "
    "OpenCV does not weigh colour by alpha."
)


@dataclass
class Program:
    """A program, and how it is called for a case.

    most_rounds bounds the rounds of a slow one; makes_same_bytes holds its output against that of
    the others of which it is said as well; runs_inside starts it in the folder of the pictures.
    """

    name: str
    command: Callable
    suits: Callable = lambda case: True
    most_rounds: int | None = None
    makes_same_bytes: bool = False
    runs_inside: bool = False
    environment: dict = field(default_factory=lambda: dict(os.environ))

    def folder(self, pictures):
        return pictures if self.runs_inside else None


def missing(what, where):
    print(f"missing: {what}, {where}", file=sys.stderr)


def virtual_environment(folder, packages, environment=None):
    """Its interpreter. It is filled once: to try again, remove the folder."""
    python = folder / "bin" / "python"
    marker = folder / "fetched"
    if not marker.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        for package in packages:
            subprocess.run([python, "-m", "pip", "install", "-q", package], env=environment)
        marker.touch()
    return python


def imports(python, module):
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def library(name, python, library):
    return Program(
        name,
        lambda case, folder, output: (
            [python, HERE / "peer.py", library, case.size, case.workers, folder, output]
        ),
    )


def libraries(python):
    found = []
    for name, module in LIBRARIES.items():
        if imports(python, module):
            found.append(library(name, python, name))
        else:
            missing(name, f"the module {module} from PyPI")
    return found


def has_avx2():
    try:
        return "avx2" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def pillow_simd(cache):
    """It takes Pillow's place, so it has an environment of its own; it is compiled from source."""
    compiler = {"CC": "cc -mavx2"} if has_avx2() else {}
    python = virtual_environment(
        cache / "pillow-simd", ["pillow-simd"], environment=os.environ | compiler
    )
    if imports(python, "PIL"):
        return [library("pillow-simd", python, "pillow")]
    missing("pillow-simd", "which needs Debian's packages libjpeg-dev and zlib1g-dev to be built")
    return []


def in_calls(tool, case, folder, output):
    """The tool over all pictures of a folder: one call, or for several workers calls of four files.

    It is run inside the folder, and gets names without one.
    """
    names = sorted(path.name for path in folder.iterdir())
    per_call = len(names) if case.workers == 1 else min(4, math.ceil(len(names) / case.workers))
    listed = output.with_suffix(".names")
    listed.write_text("".join(f"{name}\0" for name in names))
    return ["xargs", "-0", "-a", listed, "-P", case.workers, "-n", per_call, *tool]


def box(case):
    return f"{case.size}x{case.size}>"


def vipsthumbnail():
    if shutil.which("vipsthumbnail") is None:
        missing("vipsthumbnail", "in Debian's package libvips-tools")
        return []

    def command(case, folder, output):
        tool = ["vipsthumbnail", "--size", box(case), "--output", f"{output}/%s.png"]
        return in_calls(tool, case, folder, output)

    return [
        Program(
            "vipsthumbnail",
            command,
            suits=lambda case: case.corpus in FLAT and case.size != "same",
            runs_inside=True,
            environment=os.environ | {"VIPS_CONCURRENCY": "1"},
        )
    ]


def magick(name, tool, package, output_option):
    """ImageMagick or GraphicsMagick: mogrify is their call for many files.

    Debian's ImageMagick allows no side beyond 16,000 pixels, and fails on the large picture.
    """
    if shutil.which(tool[0]) is None:
        missing(" ".join(tool), f"in Debian's package {package}")
        return []

    def command(case, folder, output):
        change = ["-format", "png"] if case.size == "same" else ["-resize", box(case)]
        return in_calls([*tool, output_option, output, *change], case, folder, output)

    return [
        Program(
            name,
            command,
            suits=lambda case: case.corpus in FLAT,
            most_rounds=1,
            runs_inside=True,
            environment=os.environ | {"MAGICK_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"},
        )
    ]


def floor(cache):
    """The C program of floor.c, with libdeflate at two levels."""
    binary = cache / "floor"
    command = ["cc", "-O2", "-march=x86-64-v2", HERE / "floor.c", "-o", binary, "-ldeflate", "-lm"]
    compiled = subprocess.run(command, capture_output=True, text=True)
    if compiled.returncode != 0:
        missing("the floor", "which needs Debian's package libdeflate-dev and an x86-64")
        return []

    def at(level):
        def command(case, folder, output):
            # By size, the large ones first: the workers end together.
            paths = sorted(folder.rglob("*.png"), key=lambda path: -path.stat().st_size)
            return [binary, level, case.size, case.workers, output, *paths]

        return Program(f"floor-{level}", command, suits=lambda case: case.size != "same")

    return [at(1), at(6)]


def bare_loop(binary):
    if not binary.exists():
        missing("bare-loop", f"beside {binary.parent}/imgbatch")
        return []

    def command(case, folder, output):
        return [binary, "png" if case.size == "same" else case.size, folder, output]

    return [
        Program(
            "bare-loop", command, suits=lambda case: case.workers == 1, makes_same_bytes=True
        )
    ]


def imgbatch(binary):
    return Program(
        "imgbatch",
        lambda case, folder, output: imgbatch_command(binary, case, folder, output),
        makes_same_bytes=True,
    )


def all_programs(cache, binary, python):
    return [
        imgbatch(binary),
        *bare_loop(binary.parent / "bare-loop"),
        *floor(cache),
        *libraries(python),
        *pillow_simd(cache),
        *vipsthumbnail(),
        *magick("imagemagick", ["mogrify"], "imagemagick", "-path"),
        *magick("graphicsmagick", ["gm", "mogrify"], "graphicsmagick", "-output-directory"),
    ]


def versions(cache, python):
    """What the peers call themselves, as far as they are there."""
    numbers = "'.'.join(str(pyvips.version(i)) for i in range(3))"
    simd = cache / "pillow-simd/bin/python"
    calls = {
        "libvips": [python, "-c", f"import pyvips; print({numbers})"],
        "Pillow": [python, "-c", "import PIL; print(PIL.__version__)"],
        "pillow-simd": [simd, "-c", "import PIL; print(PIL.__version__)"],
        "OpenCV": [python, "-c", "import cv2; print(cv2.__version__)"],
        "vipsthumbnail": ["vipsthumbnail", "--vips-version"],
        "ImageMagick": ["mogrify", "-version"],
        "GraphicsMagick": ["gm", "version"],
    }
    found = [f"{platform.machine()}, {os.cpu_count()} processors"]
    for name, call in calls.items():
        if shutil.which(call[0]) is None:
            continue
        said = subprocess.run(call, capture_output=True, text=True)
        number = re.search(r"\d[\w.-]+", said.stdout)
        if said.returncode == 0 and number:
            found.append(f"{name} {number[0]}")
    return found
