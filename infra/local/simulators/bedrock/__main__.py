"""The simulator until it is stopped; it keeps nothing."""

from infra.local.simulators.bedrock.server import serving
from infra.local.simulators.serving import main

if __name__ == "__main__":
    main("bedrock", lambda _, port: serving(port))
