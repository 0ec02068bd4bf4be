"""Networks: arrays in, arrays out. Knows nothing of the analyzer that uses them."""

import os
import sys

# Both runtimes send usage statistics unless they are kept from it: OpenVINO as it is imported, if the package
# that does it can be imported; ONNX Runtime some seconds after.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
