"""Run in a fresh interpreter: import a handler, build its adapters, print what was loaded.

Usage: python -m tests.imports.loaded MODULE [BUILDER …]
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from typing import Final

# What an interpreter may load by itself, as those of some distributions do.
ITS_OWN: Final = frozenset({"sitecustomize", "usercustomize"})


def loaded(module: str, builders: list[str]) -> list[str]:
    """Packages by their top-level names, those of the standard library left out."""
    handler = importlib.import_module(module)
    for name in builders:
        root, _, maker = name.rpartition(".")
        bootstrap = importlib.import_module(f"functions.bootstrap{root and '_'}{root}")
        build = getattr(bootstrap, maker)
        build(*(_argument(parameter, handler) for parameter in inspect.signature(build).parameters))
    names = {name.partition(".")[0] for name in sys.modules} - ITS_OWN
    return sorted(name for name in names - sys.stdlib_module_names if not name.startswith("_"))


def _argument(parameter: str, handler: object) -> object:
    """Building an adapter calls nobody, so that any name will do."""
    return getattr(handler, "settings") if parameter == "settings" else "any"  # noqa: B009


if __name__ == "__main__":
    sys.stdout.write(json.dumps(loaded(sys.argv[1], sys.argv[2:])))
