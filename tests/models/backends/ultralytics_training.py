"""Train and export tiny Ultralytics models, in a process of its own: python -m ... FOLDER."""

import json
import sys
from pathlib import Path

import cv2

from tests.models.backends.drawings import CARDS, card, examples, face, figure

SIDE = 96
COUNT = 160
EPOCHS = 24
_BACKBONE = [
    [-1, 1, "Conv", [16, 3, 2]],
    [-1, 1, "Conv", [32, 3, 2]],
    [-1, 1, "C3k2", [32, False, 0.5]],
    [-1, 1, "Conv", [64, 3, 2]],
    [-1, 1, "C3k2", [64, False, 0.5]],
    [-1, 1, "Conv", [128, 3, 2]],
    [-1, 1, "C3k2", [128, False, 0.5]],
]
TASKS = {
    "detect": (card, list(CARDS), 0),
    "pose": (figure, ["person"], 17),
    "face": (face, ["face"], 5),
}


def architecture(folder: Path, name: str, names: list[str], points: int) -> Path:
    """A YOLO11 of a few thousand weights."""
    head = [[[4, 6], 1, "Pose", [len(names), [points, 3]]] if points else [[4, 6], 1, "Detect", [len(names)]]]
    if name == "classify":
        head = [[-1, 1, "Classify", [len(names)]]]
    path = folder / f"{name}.yaml"
    facts = {"nc": len(names), "backbone": _BACKBONE, "head": head}
    path.write_text(json.dumps(facts | ({"kpt_shape": [points, 3]} if points else {})))
    return path


def data(folder: Path, name: str) -> Path:
    """The pictures as Ultralytics wants them."""
    draw, names, points = TASKS[name]
    for part in ("images", "labels"):
        (folder / name / part).mkdir(parents=True)
    for i, (image, number, box, dots) in enumerate(examples(draw, 0, COUNT, (SIDE, SIDE))):
        cv2.imwrite(str(folder / name / "images" / f"{i}.png"), image[..., ::-1])
        x0, y0, x1, y1 = (box / SIDE).tolist()
        numbers = [(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0]
        for x, y in (dots / SIDE).tolist():
            numbers += [x, y, 2]
        text = " ".join([str(number), *(f"{value:.5f}" for value in numbers)])
        (folder / name / "labels" / f"{i}.txt").write_text(text)
    path = folder / f"{name}-data.yaml"
    facts = {"path": str(folder / name), "train": "images", "val": "images", "names": names}
    facts |= {"kpt_shape": [points, 3], "flip_idx": list(range(points))} if points else {}
    path.write_text(json.dumps(facts))
    return path


def classes(folder: Path) -> Path:
    """Pictures of cards in a folder of their colour."""
    for i, (image, number, _, _) in enumerate(examples(card, 0, 32, (SIDE, SIDE))):
        for part in ("train", "val"):
            path = folder / "classify" / part / list(CARDS)[number] / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), image[..., ::-1])
    return folder / "classify"


def main(folder: Path) -> None:
    from ultralytics import YOLO

    common = {"device": "cpu", "imgsz": SIDE, "batch": 16, "workers": 0, "seed": 0, "deterministic": True}
    common |= {"plots": False, "amp": False, "val": False, "pretrained": False, "verbose": False}
    common |= {"optimizer": "AdamW", "lr0": 0.01, "warmup_epochs": 1, "project": str(folder / "runs")}
    plain = {"mosaic": 0.0, "fliplr": 0.0, "scale": 0.3, "hsv_h": 0.0, "erasing": 0.0, "auto_augment": None}
    for name, (_, names, points) in TASKS.items():
        model = YOLO(architecture(folder, name, names, points))
        model.train(data=data(folder, name), name=name, epochs=EPOCHS, **common, **plain)
        (folder / "runs" / name / "weights" / "last.pt").rename(folder / f"{name}.pt")
    model = YOLO(architecture(folder, "classify", list(CARDS), 0))
    model.train(data=str(classes(folder)), name="classify", epochs=8, **common, **plain)
    (folder / "runs" / "classify" / "weights" / "last.pt").rename(folder / "classify.pt")
    for name in ("detect", "pose", "classify"):
        YOLO(folder / f"{name}.pt").export(format="onnx", imgsz=SIDE, simplify=False)
    YOLO(folder / "detect.pt").export(format="openvino", imgsz=SIDE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
