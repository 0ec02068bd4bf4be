"""Writes checks.toml: `python -m models.record_checks HOME`, where HOME is a MARQUEE_HOME."""

from __future__ import annotations

import sys
from pathlib import Path

import onnxruntime

from models import catalog, checks
from models.weights import Weights

HEAD = (
    '# Written by "python -m models.record_checks": samples of each output for the picture of checks.probe.\n'
)


def main(home: Path) -> None:
    """Record every built-in network, with ONNX Runtime on the CPU in f32."""
    weights = Weights(home)
    text = HEAD
    for name, entry in catalog.built_in().items():
        if not entry.is_network:
            continue
        session = onnxruntime.InferenceSession(weights.onnx(name), providers=["CPUExecutionProvider"])
        source = session.get_inputs()[0]
        outputs = session.run(None, {source.name: checks.probe(tuple(source.shape[1:]), "uint8")})
        rows = [", ".join(f"{value:.6g}" for value in checks.sample(output)) for output in outputs]
        text += f"\n[{name}]\noutputs = [\n" + "".join(f"    [{row}],\n" for row in rows) + "]\n"
    Path(__file__).with_name("checks.toml").write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
