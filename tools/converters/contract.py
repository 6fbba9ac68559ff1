"""The preprocess contract and the metadata that Graft reads from a safetensors file.

`graft.preprocess` is JSON with
  resize_short  short side in pixels after the resize; the long side is truncated
  filter        "bilinear" or "bicubic", as Pillow's
  crop          [height, width] of the centre crop
  colour        "rgb" or "bgr": the channel order of the network, and of mean and std
  range         divisor of the 0..255 pixels, applied first
  mean, std     (pixel / range - mean) / std, per channel
`graft.labels` is a JSON list of the class names in the order of the outputs.
"""

import json

from .errors import ConvertError, require


def preprocess(crop, colour, mean, std):
    """A contract on 0..255 pixels with the usual 0.875 centre crop."""
    return {"resize_short": int(crop / 0.875), "filter": "bilinear", "crop": [crop, crop],
            "colour": colour, "range": 1, "mean": mean, "std": std}


def metadata(model, options, contract, labels):
    """The __metadata__ of a converted file; every value is a string."""
    result = {"format": "pt", "graft.model": model, "graft.model_options": options}
    if contract:
        result["graft.preprocess"] = json.dumps(contract)
    if labels:
        result["graft.labels"] = json.dumps(labels, ensure_ascii=False)
    return result


def fit_labels(labels, classes):
    """Labels for `classes` outputs; a list with one more entry loses its leading background."""
    if labels and len(labels) == classes + 1 and labels[0].lower() == "background":
        labels = labels[1:]
    require(not labels or len(labels) == classes, "labels: the file names", len(labels),
            "classes, the network has", classes)
    return labels


def read_labels(path):
    """One class name a line."""
    try:
        with open(path, encoding="utf-8") as source:
            return [line.strip() for line in source.read().rstrip("\n").split("\n")]
    except UnicodeDecodeError as error:
        raise ConvertError(f"{path}: byte {error.start} is not UTF-8") from error
