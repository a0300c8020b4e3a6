"""`python scenedetect_find.py SOURCE`: PySceneDetect's cuts as it comes, in seconds, as JSON."""

from __future__ import annotations

import json
import sys

from scenedetect import ContentDetector, detect

scenes = detect(sys.argv[1], ContentDetector())
sys.stdout.write(json.dumps([start.seconds for start, _ in scenes[1:]]))
