"""The pictures that quality is measured on: photos, sprites, and drawn ones."""

import numpy as np

PHOTOS = 4
TRANSLUCENT = 3
SPRITES = 12


def load(path):
    from PIL import Image

    image = Image.open(path)
    if image.mode in ("1", "P"):
        has_alpha = "transparency" in image.info
        image = image.convert("L" if image.mode == "1" else "RGBA" if has_alpha else "RGB")
    picture = np.asarray(image)
    return picture if picture.ndim == 3 else picture[..., None]


def has_alpha(picture):
    return picture.dtype == np.uint8 and picture.shape[2] == 4 and picture[..., 3].min() < 255


def spread(paths, count):
    """So many of them, from all over the list."""
    return paths[:: max(1, len(paths) // count)][:count]


class Pictures:
    """Pictures by kind, each with the size that it is reduced to."""

    def __init__(self, photos, sprites):
        """photos and sprites are folders, or None."""
        opaque, self.translucent = [], []
        for path in sorted(photos.glob("*.png")) if photos else []:
            picture = load(path)
            if has_alpha(picture):
                self.translucent.append(fitted(picture))
            elif picture.shape[2] >= 3 and picture[..., :3].std() > 20:
                opaque.append(path)
        self.translucent = spread(self.translucent, TRANSLUCENT)
        self.rgb = [fitted(load(path)[..., :3]) for path in spread(opaque, PHOTOS)]
        paths = spread(sorted(sprites.rglob("*.png")), SPRITES * 3) if sprites else []
        found = [picture for picture in map(load, paths) if has_alpha(picture)]
        self.sprites = [halved(picture) for picture in found[:SPRITES]]

    def kinds(self):
        """Names, and pictures with the width and height that they get."""
        return {
            "RGB8": self.rgb,
            "RGBA8, photos": self.translucent,
            "RGBA8, sprites": self.sprites,
            "gray8": [(gray(picture), *size) for picture, *size in self.rgb],
            "gray+alpha8, sprites": [(gray(picture), *size) for picture, *size in self.sprites],
            "gray16": [(gray(deep(picture)), *size) for picture, *size in self.rgb[:2]],
            "RGB16": [(deep(picture), *size) for picture, *size in self.rgb[:2]],
            "RGBA16, sprites": [(deep(picture), *size) for picture, *size in self.sprites],
        }


def fitted(picture, side=1024):
    height, width = picture.shape[:2]
    scale = min(1, side / width, side / height)
    return picture, max(1, round(width * scale)), max(1, round(height * scale))


def halved(picture):
    height, width = picture.shape[:2]
    return picture, max(1, width // 2), max(1, height // 2)


def gray(picture):
    """Without colour; alpha stays."""
    full = np.iinfo(picture.dtype).max
    luma = np.floor(picture[..., :3] @ np.array([0.299, 0.587, 0.114]) + 0.5).clip(0, full)
    return np.concatenate([luma.astype(picture.dtype)[..., None], picture[..., 3:]], axis=2)


def deep(picture):
    """16 bits whose lower halves are noise; alpha of nothing and of all stay so."""
    noise = np.random.default_rng(1).integers(-128, 129, picture.shape)
    noise[(picture == 0) | (picture == 255)] = 0
    return (picture.astype(int) * 257 + noise).clip(0, 65535).astype(np.uint16)


def natural(width, height, channels):
    """A small drawn picture of waves, an edge and some noise; alpha has all values, and as many
    pixels are clear as opaque."""
    y, x, channel = np.ogrid[:height, :width, :channels]
    waves = 60 * np.sin(x / 5 + channel) + 50 * np.cos(y / 4 - channel)
    edge = 50 * (x + 2 * y > width)
    noise = np.random.default_rng(2).integers(-10, 11, (height, width, channels))
    level = 110 + waves + edge + noise
    if channels == 4:
        level[..., 3] = 2 * level[..., 3] - 110
    return level.clip(0, 255).astype(np.uint8)


def zone_plate(count):
    """Rings whose frequency reaches half a cycle a pixel in the middle of each side."""
    place = np.arange(count) - (count - 1) / 2
    square = place[:, None] ** 2 + place[None] ** 2
    level = 127.5 + 127.5 * np.cos(square * np.pi / count)
    return np.floor(level + 0.5).clip(0, 255).astype(np.uint8)[..., None]


def hidden_green():
    """Patches of opaque red, and of a green that has no alpha."""
    y, x = np.ogrid[:120, :160]
    shown = ((x // 13 + y // 11) % 2 == 0)[..., None]
    return np.where(shown, [255, 0, 0, 255], [0, 255, 0, 0]).astype(np.uint8)


def checker(count):
    y, x = np.ogrid[:count, :count]
    return (255 * ((x + y) % 2)).astype(np.uint8)[..., None]


def brasseur(count):
    """Lines above and below a constant gray, by as much as a drawing is bright: reduced by half it
    is gray all over as it is stored, and the drawing comes out in linear light.

    After E. Brasseur, "Gamma error in picture scaling".
    """
    y, x = np.ogrid[:count, :count]
    drawing = 60 + 60 * np.sin(x / 20) * np.cos(y / 27)
    sign = np.where(y % 2 == 0, 1, -1)
    return np.floor(128 + sign * drawing + 0.5).clip(0, 255).astype(np.uint8)[..., None]
