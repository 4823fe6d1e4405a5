"""Pictures of writing whose text is known."""

import pathlib

import font_roboto
import font_source_serif_pro
import numpy
from PIL import Image, ImageDraw, ImageFont

faces = [
    (font_roboto, "Roboto-Regular"),
    (font_roboto, "Roboto-Bold"),
    (font_source_serif_pro, "SourceSerifPro-Regular"),
    (font_source_serif_pro, "SourceSerifPro-It"),
]


def font(index, size):
    package, face = faces[index % len(faces)]
    return ImageFont.truetype(pathlib.Path(package.__file__).parent / "files" / f"{face}.ttf", size)


def line(text, index, height, width, random):
    """A line as it is cut out of a page: grey on lighter grey, a little noisy."""
    size = int(random.integers(height * 6 // 10, height * 8 // 10))
    while True:
        face = font(index, size)
        left, top, right, bottom = face.getbbox(text)
        if right - left + 8 <= width:
            break
        size -= 1
    paper, ink = int(random.integers(180, 256)), int(random.integers(0, 90))
    image = Image.new("L", (width, height), paper)
    ImageDraw.Draw(image).text((4 - left, (height - top - bottom) // 2), text, fill=ink, font=face)
    return add_noise(image, random)


def add_noise(image, random):
    pixels = numpy.asarray(image, dtype="float32")
    return (pixels + random.normal(0, 8, pixels.shape)).clip(0, 255)


def three_channels(pixels, means, deviations):
    """As networks take a picture: [channels, height, width]."""
    scaled = pixels[None] / 255
    means, deviations = (numpy.array(each, dtype="float32")[:, None, None] for each in (means, deviations))
    return ((scaled - means) / deviations).astype("float32")
