#!/usr/bin/env python3
"""One peer over one folder: peer.py LIBRARY SIZE WORKERS IN OUT

LIBRARY is vips, vips-filtered, pillow or opencv; SIZE the side of a box that pictures are fitted
into, a percentage, or "same". PNG and PPM are read, PNG is written. Each library is used as its
documentation has it for this job, one thread for each of WORKERS processes.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def target_size(width, height, size):
    if size == "same":
        return width, height
    if size.endswith("%"):
        factor = int(size[:-1]) / 100
    else:
        factor = min(1, int(size) / width, int(size) / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def vips_rows(source):
    """The picture as rows that flow. The wheel has no reader of PPM, whose rows are plain bytes."""
    import pyvips

    if not source.endswith(".ppm"):
        return pyvips.Image.new_from_file(source, access="sequential")
    with open(source, "rb") as file:
        kind, sides, largest = file.readline(), file.readline(), file.readline()
        if (kind, largest) != (b"P6\n", b"255\n"):
            raise ValueError(source)
        offset = file.tell()
    width, height = map(int, sides.split())
    image = pyvips.Image.rawload(source, width, height, 3, offset=offset, access="sequential")
    return image.copy(interpretation="srgb")


def vips(source, target, size, **options):
    import pyvips

    if size == "same":
        image = vips_rows(source)
    elif size.endswith("%"):
        image = vips_rows(source)
        factor = int(size[:-1]) / 100
        if image.hasalpha():
            image = image.premultiply().resize(factor).unpremultiply().cast("uchar")
        else:
            image = image.resize(factor)
    else:
        image = pyvips.Image.thumbnail(source, int(size), height=int(size), size="down")
    image.pngsave(target, **options)


def vips_filtered(source, target, size):
    vips(source, target, size, filter="all")


def pillow(source, target, size):
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    image = Image.open(source)
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    wanted = target_size(*image.size, size)
    if wanted != image.size:
        image = image.resize(wanted, Image.LANCZOS)
    image.save(target)


def opencv(source, target, size):
    import cv2

    cv2.setNumThreads(1)
    image = cv2.imread(source, cv2.IMREAD_UNCHANGED)
    wanted = target_size(image.shape[1], image.shape[0], size)
    if wanted != (image.shape[1], image.shape[0]):
        image = cv2.resize(image, wanted, interpolation=cv2.INTER_AREA)
    if not cv2.imwrite(target, image):
        raise OSError(target)


LIBRARIES = {
    "vips": vips,
    "vips-filtered": vips_filtered,
    "pillow": pillow,
    "opencv": opencv,
}


def run(arguments):
    library, source, target, size = arguments
    os.makedirs(os.path.dirname(target), exist_ok=True)
    LIBRARIES[library](source, target, size)


def main():
    library, size, workers, source, target = sys.argv[1:]
    os.environ["VIPS_CONCURRENCY"] = "1"
    jobs = [
        (library, str(path), str(Path(target) / path.relative_to(source).with_suffix(".png")), size)
        for path in sorted(Path(source).rglob("*.p[np][gm]"))
    ]
    if int(workers) == 1:
        for job in jobs:
            run(job)
    else:
        with ProcessPoolExecutor(int(workers)) as pool:
            list(pool.map(run, jobs, chunksize=max(1, len(jobs) // 200)))


if __name__ == "__main__":
    main()
