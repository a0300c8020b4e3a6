"""The simulator until it is stopped; it keeps nothing."""

from infra.local.simulators.serving import main
from infra.local.simulators.social.server import serving

if __name__ == "__main__":
    main("social", lambda _, port: serving(port))
