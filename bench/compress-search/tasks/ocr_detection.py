"""Finds lines on a page. A page has the harmonic mean of the share that was found and of the share that are lines."""

import numpy
import scipy.ndimage
from PIL import Image, ImageDraw

from . import texts, writing

test_pages = 100
side = 320
most_lines = 5


def prepare(unpacked, folder):
    random = numpy.random.default_rng(2)
    phrases = iter(texts.phrases((test_pages + 50) * most_lines, 6, 20))
    pages, boxes = zip(*(draw(phrases, index, random) for index in range(test_pages + 50)))
    is_test = numpy.arange(len(pages)) % 3 != 0
    numpy.savez(folder / "samples.npz", x=numpy.stack(pages)[~is_test])
    numpy.savez(folder / "test.npz", x=numpy.stack(pages)[is_test], labels=numpy.stack(boxes)[is_test])


def draw(phrases, index, random):
    """A page, and where its lines are: left, top, right and bottom, zeros where there are less than most."""
    image = Image.new("L", (side, side), int(random.integers(190, 256)))
    boxes = numpy.zeros((most_lines, 4), dtype="float32")
    for place in range(int(random.integers(2, most_lines + 1))):
        text, face = next(phrases), writing.font(index + place, int(random.integers(14, 26)))
        left, top, right, bottom = face.getbbox(text)
        x = int(random.integers(4, max(5, side - right - 4)))
        y = place * side // most_lines + int(random.integers(2, 20))
        ImageDraw.Draw(image).text((x, y), text, fill=int(random.integers(0, 90)), font=face)
        boxes[place] = x + left, y + top, min(side, x + right), y + bottom
    pixels = writing.add_noise(image, random)
    return writing.three_channels(pixels, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), boxes


def score(session, test):
    for page, boxes in zip(test["x"], test["labels"]):
        (chances,) = session.run(None, {session.get_inputs()[0].name: page[None]})
        found = find_boxes(chances[0, 0])
        lines = boxes[boxes[:, 2] > 0]
        hits = sum(any(overlap(line, box) >= 0.5 for box in found) for line in lines)
        yield 2 * hits / (len(lines) + len(found))


def find_boxes(chances):
    """Boxes around areas of more than 30 %, larger by what the model leaves off around a line."""
    areas, _ = scipy.ndimage.label(chances > 0.3)
    boxes = []
    for rows, columns in scipy.ndimage.find_objects(areas):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if height < 3 or width < 3:
            continue
        more = 1.6 * height * width / (2 * (height + width))
        boxes.append(numpy.array([columns.start - more, rows.start - more, columns.stop + more, rows.stop + more]))
    return boxes


def overlap(a, b):
    """The area that both have, as a share of that which either has."""
    width, height = numpy.minimum(a[2:], b[2:]) - numpy.maximum(a[:2], b[:2])
    shared = max(0, width) * max(0, height)
    return shared / (area(a) + area(b) - shared)


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])
