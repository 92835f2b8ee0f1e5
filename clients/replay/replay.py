"""Replays every documented exchange of the profile API and checks that the server answers as documented."""

import os
import sys
from pathlib import Path

from compare import CONTRADICTIONS
from exchanges import load
from play import Mismatch, Play
from wire import Server


def main():
    server = Server()
    passed = failed = later = 0
    met = set()
    for exchange in load(Path(os.environ["VITAE_SHARED"]) / "spec" / "examples"):
        play = Play(server, exchange)
        title = f"{exchange.name}: {exchange.method} {exchange.url}"
        try:
            if exchange.later:
                print(f"later {title}: {play.later()}")
                later += 1
            else:
                print(f"ok    {title}: {play.run()}")
                passed += 1
        except Mismatch as mismatch:
            print(f"FAIL  {title}: {mismatch}")
            failed += 1
        met |= play.met
    for exchange, pointer in sorted(CONTRADICTIONS.keys() - met):
        print(f"FAIL  {exchange} {pointer} is listed as a contradiction but was not met")
        failed += 1
    print(f"{later} exchanges are not part of this service yet")
    print(f"{passed} passed, {failed} failed, {later} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
