"""Where the one-machine cloud keeps its things: all under .local, all safe to delete."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCAL: Final = ROOT / ".local"
BIN: Final = Path(sys.executable).parent
EMULATOR: Final = LOCAL / "emulator" / "bin" / "ministack"
SPEECH: Final = LOCAL / "speech" / "bin" / "python"
FOOTAGE: Final = LOCAL / "footage"
CDK: Final = ROOT / "node_modules" / ".bin" / "cdk"
DEMO: Final = LOCAL / "demo"
DEMO_MOMENTS: Final = LOCAL / "demo-moments"
DEMO_LIPSYNC: Final = LOCAL / "demo-lipsync"
DEMO_SOCIAL: Final = LOCAL / "demo-social"
