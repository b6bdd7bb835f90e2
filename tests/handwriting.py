"""Digits as a person draws them on the canvas: strokes of points (x, y) in pixels of 280 × 280."""

ONE = [[(110, 90), (145, 50), (143, 140), (140, 230)]]
FOUR = [[(140, 45), (100, 110), (70, 160), (140, 158), (210, 155)], [(170, 100), (165, 245)]]
SEVEN = [[(75, 60), (130, 57), (205, 55), (175, 110), (140, 175), (120, 235)]]
ZERO = [
    [
        (140, 45), (100, 60), (78, 100), (72, 145), (82, 195), (110, 230), (145, 238), (180, 220),
        (202, 180), (207, 130), (195, 80), (170, 52), (140, 45),
    ]
]  # fmt: skip
HAND = {0: ZERO, 1: ONE, 4: FOUR, 7: SEVEN}


def fabric(strokes) -> dict:
    """A drawing of these strokes, as the session keeps it."""
    return {"strokes": [[list(point) for point in stroke] for stroke in strokes]}


def sent(strokes, **fields) -> dict:
    """Strokes as the canvas sends them, without its many fields that nobody reads."""
    paths = [[["M", *first], *(["L", *point] for point in rest)] for first, *rest in strokes]
    return {"objects": [{"type": "Path", "path": path, **fields} for path in paths]}
