"""Networks: arrays in, arrays out. Knows nothing of the analyzer that uses them."""

import sys

# OpenVINO sends usage statistics when it is imported, unless the package that does it cannot be imported.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
