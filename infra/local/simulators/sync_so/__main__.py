"""The simulator until it is stopped; it keeps its files in `sync_so` of its home."""

from infra.local.simulators.serving import main
from infra.local.simulators.sync_so.server import serving

if __name__ == "__main__":
    main("sync_so", lambda home, port: serving(home / "sync_so", port))
