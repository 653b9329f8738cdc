"""The programs that resample by a Lanczos kernel of three lobes, each a function of a picture.

A picture is an array of rows, columns and channels (gray, gray+alpha, RGB or RGBA) of 8 or 16 bits.
Command lines get it as a PNG, as they are used: ImageMagick and GraphicsMagick round for a pixmap,
but not for a PNG, where they drop the lower half of their 16 bits. Pictures of 16 bits, which
Pillow cannot read, are given to them as pixmaps.
"""

import shutil
import subprocess
from dataclasses import dataclass
from typing import Callable

import numpy as np

from peers import missing
from quality_pictures import load


@dataclass
class Program:
    """A program, and what it makes of a picture at a width and a height.

    resize and resize_in_linear_light give None where the program cannot do this; the latter is None
    itself where it knows no linear light.
    """

    name: str
    resize: Callable
    resize_in_linear_light: Callable | None = None


def write_pixmap(picture, path):
    height, width, channels = picture.shape
    full = np.iinfo(picture.dtype).max
    kinds = {2: "GRAYSCALE_ALPHA", 4: "RGB_ALPHA"}
    if channels in kinds:
        head = f"P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {channels}\nMAXVAL {full}\n"
        head += f"TUPLTYPE {kinds[channels]}\nENDHDR\n"
    else:
        head = f"P{5 if channels == 1 else 6}\n{width} {height}\n{full}\n"
    path.write_bytes(head.encode() + picture.astype(picture.dtype.newbyteorder(">")).tobytes())


def read_pixmap(path):
    content = path.read_bytes()
    kind, content = content.split(b"\n", 1)
    if kind == b"P7":
        head, content = content.split(b"ENDHDR\n", 1)
        fields = dict(line.split()[:2] for line in head.splitlines())
        sizes = [int(fields[name]) for name in (b"WIDTH", b"HEIGHT", b"MAXVAL", b"DEPTH")]
    else:
        first, second, content = content.split(b"\n", 2)
        sizes = [*map(int, first.split()), int(second), {b"P5": 1, b"P6": 3}[kind]]
    width, height, full, channels = sizes
    samples = np.frombuffer(content, np.uint8 if full < 256 else ">u2")
    return samples.reshape(height, width, channels).astype(np.uint8 if full < 256 else np.uint16)


def write(picture, path):
    if path.suffix != ".png":
        return write_pixmap(picture, path)
    from PIL import Image

    samples = picture[..., 0] if picture.shape[2] == 1 else picture
    Image.fromarray(np.ascontiguousarray(samples)).save(path, compress_level=1)


def read(path, channels):
    """With as many channels as the picture had: a PNG may leave out what says nothing."""
    picture = load(path) if path.suffix == ".png" else read_pixmap(path)
    if channels in (2, 4) and picture.shape[2] in (1, 3):
        opaque = np.full_like(picture[..., :1], np.iinfo(picture.dtype).max)
        picture = np.concatenate([picture, opaque], axis=2)
    if picture.shape[2] == channels - 2:
        picture = np.concatenate([picture[..., :1], picture[..., :1], picture], axis=2)
    return picture if picture.shape[2] == channels else None


def suffix(picture):
    if picture.dtype == np.uint8:
        return ".png"
    return {1: ".pgm", 3: ".ppm"}.get(picture.shape[2], ".pam")


def by_files(work, name, command):
    """A function that writes a picture, runs command(name of the file, folder of the output, width,
    height) in the picture's folder, and reads."""

    def resize(picture, width, height):
        source = work / name / f"picture{suffix(picture)}"
        target = work / name / "out" / source.name
        shutil.rmtree(target.parent, ignore_errors=True)
        target.parent.mkdir(parents=True)
        write(picture, source)
        call = [str(part) for part in command(source.name, target.parent, width, height)]
        done = subprocess.run(call, cwd=source.parent, capture_output=True)
        if done.returncode != 0 or not target.exists():
            return None
        return read(target, picture.shape[2])

    return resize


def imgbatch(binary, work):
    def command(*options):
        return lambda source, folder, width, height: (
            [binary, "resize", source, folder / source, "--size", f"{width}x{height}"]
            + ["--fit", "fill", "--enlarge", "--quiet", *options]
        )

    said = subprocess.run([binary, "resize", "--help"], capture_output=True, text=True).stdout
    linear = by_files(work, "imgbatch", command("--linear")) if "--linear" in said else None
    return Program("imgbatch", by_files(work, "imgbatch", command()), linear)


def magick(name, tool, package, folder_option, work):
    if shutil.which(tool[0]) is None:
        missing(" ".join(tool), f"in Debian's package {package}")
        return []

    def command(before, after):
        return lambda source, folder, width, height: (
            [*tool, folder_option, folder, *before, "-filter", "Lanczos"]
            + ["-resize", f"{width}x{height}!", *after, source]
        )

    linear = None
    if name == "ImageMagick":
        light = command(["-colorspace", "RGB"], ["-colorspace", "sRGB"])
        linear = by_files(work, name, light)
    return [Program(name, by_files(work, name, command([], [])), linear)]


def pillow():
    try:
        from PIL import Image
    except ImportError:
        missing("Pillow", "the module PIL from PyPI")
        return []

    def resize(picture, width, height):
        channels = picture.shape[2]
        # It knows 16 bits of gray alone.
        if picture.dtype == np.uint16 and channels > 1:
            return None
        samples = picture[..., 0] if channels == 1 else picture
        image = Image.fromarray(np.ascontiguousarray(samples))
        result = np.asarray(image.resize((width, height), Image.LANCZOS))
        return result.reshape(height, width, channels)

    return [Program("Pillow", resize)]


def vips():
    try:
        import pyvips
    except (ImportError, OSError):
        missing("libvips", "the modules pyvips and pyvips-binary from PyPI")
        return []

    def image_of(picture):
        image = pyvips.Image.new_from_array(np.ascontiguousarray(picture))
        kinds = {1: ("b-w", "grey16"), 3: ("srgb", "rgb16")}
        colours = 1 if picture.shape[2] < 3 else 3
        return image.copy(interpretation=kinds[colours][picture.dtype == np.uint16])

    def resize(picture, width, height):
        image, across = image_of(picture), width / picture.shape[1]
        down, kind = height / picture.shape[0], image.format
        if picture.shape[2] in (2, 4):
            image = image.premultiply().resize(across, vscale=down, kernel="lanczos3")
            image = image.unpremultiply().cast(kind)
        else:
            image = image.resize(across, vscale=down, kernel="lanczos3")
        return image.numpy().reshape(height, width, picture.shape[2])

    def thumbnail(**options):
        def resize(picture, width, height):
            if picture.dtype == np.uint16:
                return None
            image = image_of(picture).thumbnail_image(width, height=height, size="force", **options)
            return image.numpy().reshape(height, width, picture.shape[2])

        return resize

    return [
        Program("libvips resize", resize),
        Program("libvips thumbnail", thumbnail(), thumbnail(linear=True)),
    ]


def opencv():
    try:
        import cv2
    except ImportError:
        missing("OpenCV", "the module cv2 from PyPI")
        return []

    def by(interpolation):
        def resize(picture, width, height):
            result = cv2.resize(picture, (width, height), interpolation=interpolation)
            return result.reshape(height, width, picture.shape[2])

        return resize

    return [
        Program("OpenCV area", by(cv2.INTER_AREA)),
        Program("OpenCV lanczos4", by(cv2.INTER_LANCZOS4)),
    ]


def all_programs(binary, work):
    graphics = ("GraphicsMagick", ["gm", "mogrify"], "graphicsmagick", "-output-directory", work)
    return [
        imgbatch(binary, work),
        *pillow(),
        *vips(),
        *magick("ImageMagick", ["mogrify"], "imagemagick", "-path", work),
        *magick(*graphics),
        *opencv(),
    ]
