"""Pictures of a world so simple that a tiny network learns it in seconds: cards, stick figures, faces."""

import cv2
import numpy as np

CARDS = {"red card": (220, 30, 30), "blue card": (30, 60, 220)}

_MIDDLE = (50, 10)
_LEFT = [(54, 7), (59, 9), (64, 26), (76, 42), (88, 58), (58, 58), (62, 77), (66, 96)]
FIGURE = np.array([_MIDDLE, *(point for x, y in _LEFT for point in ((x, y), (100 - x, y)))], float)
"""COCO's 17 points of somebody who faces us, in a square of 100."""

FACE = np.array([(33, 38), (67, 38), (50, 58), (36, 76), (64, 76)], float)
"""The subject's right and left eye, nose, right and left corner of the mouth, in a square of 100."""

_LIMBS = [
    (5, 6),
    (5, 7),
    (7, 9),
    (6, 8),
    (8, 10),
    (5, 11),
    (6, 12),
    (11, 12),
    (11, 13),
    (13, 15),
    (12, 14),
    (14, 16),
]


def background(rng, height, width):
    """Grey noise, RGB."""
    grey = rng.integers(90, 160) + rng.normal(0, 6, (height, width, 1))
    return np.repeat(grey.clip(0, 255), 3, axis=2).astype(np.uint8)


def place(rng, height, width):
    """Left, top and side of a square that lies in the picture."""
    side = rng.uniform(0.35, 0.7) * min(height, width)
    return rng.uniform(0, width - side), rng.uniform(0, height - side), side


def card(rng, image):
    """Draw a card and return its class and its box."""
    left, top, side = place(rng, *image.shape[:2])
    box = np.array([left, top, left + side, top + side * rng.uniform(0.6, 1)])
    number = int(rng.integers(len(CARDS)))
    x0, y0, x1, y1 = box.astype(int).tolist()
    cv2.rectangle(image, (x0, y0), (x1, y1), list(CARDS.values())[number], -1)
    return number, box, np.empty((0, 2))


def figure(rng, image):
    """Draw a stick figure and return its class, its box and its points."""
    left, top, side = place(rng, *image.shape[:2])
    points = FIGURE * side / 100 + (left, top)
    thick = max(1, round(side / 20))
    dots = [tuple(point) for point in points.astype(int).tolist()]
    for a, b in _LIMBS:
        cv2.line(image, dots[a], dots[b], (250, 240, 40), thick)
    cv2.circle(image, dots[0], round(side * 0.1), (240, 150, 110), -1)
    for eye in dots[1:3]:
        cv2.circle(image, eye, max(1, thick // 2), (0, 0, 0), -1)
    return 0, np.array([left + side * 0.1, top, left + side * 0.9, top + side]), points


def face(rng, image):
    """Draw a face and return its class, its box and its points."""
    left, top, side = place(rng, *image.shape[:2])
    points = FACE * side / 100 + (left, top)
    dots = [tuple(point) for point in points.astype(int).tolist()]
    cv2.circle(image, (round(left + side / 2), round(top + side / 2)), round(side / 2), (240, 180, 140), -1)
    for eye in dots[:2]:
        cv2.circle(image, eye, round(side * 0.08), (20, 20, 90), -1)
    cv2.circle(image, dots[2], round(side * 0.06), (200, 60, 60), -1)
    cv2.line(image, dots[3], dots[4], (150, 0, 0), max(1, round(side * 0.06)))
    return 0, np.array([left, top, left + side, top + side]), points


def examples(draw, seed, count, shape):
    """Pictures with one thing in each, and what is where: [(image, class, box, points)]."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        image = background(rng, *shape)
        made.append((image, *draw(rng, image)))
    return made
