"""The rules of the house that a machine can check."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = ["typer", "rich", "analyzer.cli", "fastapi", "aiogram", "ray", "pymongo"]
FORBIDDEN += ["keras", "tensorflow", "tf_keras", "torch"]


def _modules() -> dict[str, Path]:
    found = {}
    for package in ("analyzer", "models"):
        for file in (ROOT / package).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def _imports(file: Path, known: set[str]) -> set[str]:
    """What a module imports of ours when it is loaded: not what its functions import."""
    used = set()
    for node in _top_level(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            used |= (names & known) or {node.module}
    return used & known


def _top_level(tree: ast.Module) -> list[ast.stmt]:
    nodes = []
    for node in tree.body:
        typing_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        nodes += [] if typing_only else [node]
    return nodes


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    modules = _modules()
    return {name: _imports(file, set(modules)) for name, file in modules.items()}


def test_there_are_no_import_cycles(graph: dict[str, set[str]]) -> None:
    order = list(TopologicalSorter(graph).static_order())
    assert "analyzer.pipeline" in order


def test_networks_know_nothing_of_the_analyzer(graph: dict[str, set[str]]) -> None:
    for module, used in graph.items():
        if module.startswith("models"):
            assert not {name for name in used if name.startswith("analyzer")}, module


def test_records_import_nothing_of_ours(graph: dict[str, set[str]]) -> None:
    assert graph["analyzer.records"] == set()


def test_only_the_command_line_prints_or_exits() -> None:
    for name, file in _modules().items():
        if name.startswith("analyzer.cli") or name in {"analyzer.__main__", "analyzer.child"}:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name != "models.record_checks":
                assert ast.unparse(node.func) not in {"print", "sys.exit", "exit", "os._exit"}, name


def test_the_pipeline_imports_nothing_heavy_or_optional() -> None:
    code = f"import sys, analyzer.pipeline; print(*[m for m in {FORBIDDEN} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""


def test_the_facade_names_what_it_offers() -> None:
    import analyzer

    for name in analyzer.__all__:
        assert getattr(analyzer, name).__name__
    with pytest.raises(AttributeError):
        _ = analyzer.nothing
