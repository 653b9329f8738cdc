"""The resampling that all are held against, in float64, and how far from it a picture is.

Separable Lanczos of three lobes: pixel centres aligned, the kernel stretched on reduction, cut at
the edges and renormalised; colour weighed by alpha; one rounding, at the very end.
"""

from functools import lru_cache

import numpy as np

LOBES = 3
INTERIOR = 8


@lru_cache(maxsize=64)
def weights(before, after):
    """For each output pixel its first input pixel and the weights from there on."""
    larger = max(before, after)
    rows = []
    for place in (2 * np.arange(after) + 1) * before:
        # In units of 1/2m input pixels, so that distances are whole numbers.
        first = max(0, -((LOBES * 2 * larger + after - place) // (2 * after)))
        last = min(before - 1, (place + LOBES * 2 * larger - after) // (2 * after))
        distance = (2 * np.arange(first, last + 1) + 1) * after - place
        distance = distance / (2 * larger)
        row = np.sinc(distance) * np.sinc(distance / LOBES)
        rows.append((int(first), row / row.sum()))
    return rows


def resample_columns(samples, height):
    if samples.shape[0] == height:
        return samples
    flat = samples.reshape(samples.shape[0], -1)
    result = np.empty((height, flat.shape[1]))
    for y, (first, row) in enumerate(weights(samples.shape[0], height)):
        result[y] = row @ flat[first : first + len(row)]
    return result.reshape(height, *samples.shape[1:])


def resample(samples, width, height):
    """Samples of any kind, rows by columns by channels: the exact result, neither clamped nor
    rounded."""
    tall = resample_columns(np.asarray(samples, float), height)
    return resample_columns(tall.swapaxes(0, 1), width).swapaxes(0, 1)


def reference(picture, width, height, in_linear_light=False):
    """The exact samples of a picture of 8 or 16 bits, clamped.

    Colour under alpha is divided by the alpha that it was weighed with before either is clamped:
    a kernel that overshoots to an alpha of 1.1 has colour that is as much too large, and a
    constant colour stays what it is.
    """
    full = np.iinfo(picture.dtype).max
    decode, encode = (linear, encoded) if in_linear_light else (unchanged, unchanged)
    if not has_alpha(picture):
        return encode(resample(decode(picture, full), width, height).clip(0, full), full)
    colour, alpha = premultiplied(picture, width, height, decode)
    colour = encode(divided(colour, alpha, full).clip(0, full), full)
    return np.concatenate([colour, alpha.clip(0, full)], axis=2)


def reference_in_linear_light(picture, width, height):
    """The same, colours weighed as light."""
    return reference(picture, width, height, in_linear_light=True)


def reference_clamped_first(picture, width, height):
    """The other way, for a picture with alpha: alpha and weighed colour are clamped to what there
    can be, and colour divided then. Where alpha overshoots, colour comes out larger than any of
    those that it was made of."""
    full = np.iinfo(picture.dtype).max
    colour, alpha = premultiplied(picture, width, height, unchanged)
    alpha = alpha.clip(0, full)
    return np.concatenate([divided(colour.clip(0, alpha), alpha, full), alpha], axis=2)


def has_alpha(picture):
    return picture.shape[2] in (2, 4)


def premultiplied(picture, width, height, decode):
    full = np.iinfo(picture.dtype).max
    alpha = picture[..., -1:].astype(float)
    colour = decode(picture[..., :-1], full) * (alpha / full)
    return resample(colour, width, height), resample(alpha, width, height)


def divided(colour, alpha, full):
    return np.divide(colour * full, alpha, out=np.zeros_like(colour), where=alpha > 0)


def unchanged(samples, full):
    return samples.astype(float)


def linear(samples, full):
    """Samples of sRGB as light (IEC 61966-2-1), in the range that they had."""
    level = samples / full
    return full * np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


def encoded(light, full):
    """Light as samples of sRGB."""
    level = light / full
    return full * np.where(
        level <= 0.0031308, level * 12.92, 1.055 * level ** (1 / 2.4) - 0.055
    )


def composite(samples, backdrop, full):
    alpha = samples[..., -1:] / full
    return samples[..., :-1] * alpha + backdrop * (1 - alpha)


def rounded(samples):
    """Halves go up, also those that float64 has a hair below."""
    return np.floor(samples + (0.5 + 1e-9))



class Distance:
    """How far pictures are from the reference, in levels of their depth.

    All but the largest difference is against the rounded reference, the best that whole levels can
    do. With alpha, what is held against each other is composited; there the largest difference is
    that to the exact reference, since what was rounded twice, as colour and as alpha, is up to a
    level off itself.
    """

    def __init__(self):
        self.count, self.sum, self.absolute, self.square, self.far = 0, 0.0, 0.0, 0.0, 0
        self.maximum, self.full = 0.0, 255
        # Of the picture that is farthest off.
        self.least_psnr = float("inf")

    def add(self, ours, best, goal, full):
        difference = ours - best
        self.count += difference.size
        self.sum += float(difference.sum())
        self.absolute += float(abs(difference).sum())
        self.square += float((difference**2).sum())
        # A hair beyond 1: composited samples are fractions.
        self.far += int((abs(difference) > 1 + 1e-6).sum())
        self.maximum = max(self.maximum, float(abs(ours - goal).max()))
        self.full = full
        own = decibels(float((difference**2).mean()), full)
        self.least_psnr = min(self.least_psnr, own)

    @property
    def psnr(self):
        return decibels(self.square / self.count, self.full)

    @property
    def mean(self):
        return self.absolute / self.count

    @property
    def bias(self):
        return self.sum / self.count

    @property
    def far_share(self):
        return self.far / self.count


def decibels(square, full):
    return 10 * np.log10(full**2 / square) if square > 0 else float("inf")


def add_distances(distances, result, exact, full):
    """Adds a picture to distances, a dictionary by backdrop ("" without alpha) and "all", edges
    included, or "interior", 8 pixels off every edge."""
    backdrops = {"over black": 0, "over white": full} if has_alpha(exact) else {"": None}
    for name, backdrop in backdrops.items():
        ours, best = result.astype(float), rounded(exact)
        goal = best
        if backdrop is not None:
            ours, best, goal = [
                composite(samples, backdrop, full) for samples in (ours, best, exact)
            ]
        distances.setdefault((name, "all"), Distance()).add(ours, best, goal, full)
        if min(ours.shape[:2]) > 2 * INTERIOR:
            inner = slice(INTERIOR, -INTERIOR)
            inside = [samples[inner, inner] for samples in (ours, best, goal)]
            distances.setdefault((name, "interior"), Distance()).add(*inside, full)
