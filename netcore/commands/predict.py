"""Read digits from pictures."""

from pathlib import Path

from dataset import DataError, ink
from netcore.commands import command, read_model


def add(commands):
    parser = command(commands, "predict", run_predict, "Read digits from pictures.")
    parser.add_argument("model", metavar="MODEL", help="a model file, or a name in models/")
    parser.add_argument(
        "--image",
        nargs="+",
        required=True,
        metavar="FILE",
        type=Path,
        help="PNG, JPEG or WebP pictures of one digit each",
    )


def run_predict(options):
    network = read_model(options.model).network()
    predictions = []
    for path in options.image:
        image = ink.from_picture(ink.open_picture(path))
        if not image.any():
            raise DataError(f"{path} shows no ink: give a picture with a digit on plain paper")
        probabilities = network.predict(image[None])[0]
        digit = int(probabilities.argmax())
        print(f"{path}: {digit} ({probabilities[digit]:.1%})")
        predictions.append(
            {
                "file": str(path),
                "digit": digit,
                "probabilities": [round(float(p), 6) for p in probabilities],
            }
        )
    return {"predictions": predictions}
