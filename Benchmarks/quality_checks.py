"""Small critical pictures, each with one figure that the reference has a value for.

Each check takes a function like Program.resize, and gives a figure, or None where the program can
do no such picture.
"""

import numpy as np

import quality_pictures as pictures
from quality_reference import composite, has_alpha, reference, rounded

CONSTANTS = (0, 1, 37, 127, 128, 254, 255)
THIN = [(1, 40, 1, 7), (40, 1, 7, 1), (1, 7, 1, 40), (7, 1, 40, 1), (1, 1, 5, 4), (1, 1, 1, 1)]
LONG = [(10_000, 1, 1, 1), (1, 10_000, 1, 1)]
NATURAL = {
    "gray8": pictures.natural(333, 247, 1),
    "RGB8": pictures.natural(333, 247, 3),
    "RGBA8": pictures.natural(333, 247, 4),
    "RGB16": pictures.deep(pictures.natural(333, 247, 3)),
}
RAMP_SIZES = (67, 99, 101, 157, 201, 299)


def difference(one, other):
    return float(abs(one.astype(float) - other.astype(float)).max())


def seen_difference(one, other):
    """With alpha, of what is seen over black and over white."""
    if not has_alpha(one):
        return difference(one, other)
    full = np.iinfo(one.dtype).max
    return max(
        difference(composite(one, backdrop, full), composite(other, backdrop, full))
        for backdrop in (0, full)
    )


def constant(resize, channels=3):
    worst = 0
    for level in CONSTANTS:
        colour = [level, 255 - level, level // 2, 100][:channels]
        picture = np.empty((61, 83, channels), np.uint8)
        picture[:] = colour
        for size in ((31, 23), (83, 17), (120, 99)):
            result = resize(picture, *size)
            if result is None:
                return None
            worst = max(worst, difference(result, np.array(colour)))
    return worst


def constant_with_alpha(resize):
    return constant(resize, 4)


def ramps(resize):
    """The mean errors on a ramp of a level a pixel, up and down, a fifth off the ends."""
    # An odd number of pixels has no place that is just between two levels.
    up = np.tile(np.arange(255, dtype=np.uint8)[None, :, None], (8, 1, 1))
    errors = []
    for width in RAMP_SIZES:
        exact = (np.arange(width) + 0.5) * 255 / width - 0.5
        inner = slice(width // 5, -(width // 5))
        for picture, wanted in ((up, exact), (up[:, ::-1], 254 - exact)):
            result = resize(np.ascontiguousarray(picture), width, 8)
            if result is None:
                return None
            errors.append(float((result[4, :, 0] - wanted)[inner].mean()))
    return np.mean(errors[0::2]), np.mean(errors[1::2])


def phase(resize):
    found = ramps(resize)
    return found and float(found[0] - found[1]) / 2


def ramp_bias(resize):
    found = ramps(resize)
    return found and float(found[0] + found[1]) / 2


def flip(picture):
    return np.ascontiguousarray(picture[:, ::-1])


def turn(picture):
    return np.ascontiguousarray(np.rot90(picture))


def commutes(change, turns, picture):
    """A check of whether a change before resizing is the same as after it."""

    def check(resize):
        width, height = picture.shape[1] * 2 // 5, picture.shape[0] * 3 // 7
        after = resize(picture, width, height)
        before = resize(change(picture), *((height, width) if turns else (width, height)))
        if after is None or before is None:
            return None
        return (seen_difference if turns else difference)(change(after), before)

    return check


def zone_plate(resize):
    """Beyond 1.35 times what the small picture can show: rms and maximum of what should be flat;
    and below half of it: rms of what is not as drawn."""
    before, after = 2048, 512
    result = resize(pictures.zone_plate(before), after, after)
    if result is None:
        return None
    place = (np.arange(after) + 0.5) * before / after - before / 2
    square = place[:, None] ** 2 + place[None] ** 2
    level = 127.5 + 127.5 * np.cos(square * np.pi / before)
    frequency = np.sqrt(square) / before * 2 * before / after
    flat = (result[..., 0] - 127.5)[frequency > 1.35]
    drawn = (result[..., 0] - level)[frequency < 0.5]
    return root_mean_square(flat), float(abs(flat).max()), root_mean_square(drawn)


def root_mean_square(values):
    return float(np.sqrt(np.mean(values**2)))


def bleed(resize):
    result = resize(pictures.hidden_green(), 67, 51)
    if result is None:
        return None
    return float(result[..., 1][result[..., 3] > 16].max())


def checker(resize):
    result = resize(pictures.checker(128), 64, 64)
    return None if result is None else float(result.mean())


def identity(resize):
    worst = 0
    for channels in (1, 3, 4):
        picture = pictures.natural(53, 47, channels)
        result = resize(picture, 53, 47)
        if result is None:
            return None
        worst = max(worst, seen_difference(result, picture))
    return worst


def brasseur(resize):
    result = resize(pictures.brasseur(512), 256, 256)
    return None if result is None else float(result[8:-8, 8:-8].std())


def against_reference(shapes):
    """The largest difference to the reference over pictures of many shapes."""

    def check(resize, channels=3):
        worst = 0
        for width, height, new_width, new_height in shapes:
            picture = pictures.natural(width, height, channels)
            result = resize(picture, new_width, new_height)
            if result is None:
                return None
            best = rounded(reference(picture, new_width, new_height))
            worst = max(worst, difference(result, best))
        return worst

    return check


def percentages(channels):
    """A picture, and its size at every percentage from 1 to 200."""
    sizes = [(max(1, round(97 * p / 100)), max(1, round(61 * p / 100))) for p in range(1, 201)]
    return pictures.natural(97, 61, channels), sizes


CHECKS = {
    "constant colour, 7 values: max error": constant,
    "the same with an alpha of 100": constant_with_alpha,
    "phase (ramp up less ramp down), source px": phase,
    "value bias on ramps": ramp_bias,
    **{
        f"flip-x commutes, {kind}: max difference": commutes(flip, False, picture)
        for kind, picture in NATURAL.items()
    },
    **{
        f"rot90 commutes, {kind}: max difference": commutes(turn, True, picture)
        for kind, picture in NATURAL.items()
    },
    "zone plate 2048 to 512: rms beyond 1.35 × Nyquist (max), below half of it": zone_plate,
    "hidden green seen (alpha > 16)": bleed,
    "checker of 1 px, 2:1: mean": checker,
    "identity size: max difference": identity,
    "Brasseur picture, 50 %: standard deviation": brasseur,
    "1×N, N×1, 1×1: max difference": against_reference(THIN),
    "10000×1, 1×10000 to 1×1: max difference": against_reference(LONG),
}
LINEAR_CHECKS = {
    name: function
    for name, function in CHECKS.items()
    if function in (constant, constant_with_alpha, bleed, checker, identity, brasseur)
    or "commutes" in name
}
