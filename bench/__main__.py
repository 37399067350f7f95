"""``python -m bench [MEASURE ...]``: prints the table."""

from __future__ import annotations

import sys

from bench.measures import MEASURES
from bench.report import print_head, print_line
from bench.world import running_world


def main(names: list[str]) -> int:
    """Run the named measures, or all; returns 1 where one missed its bound, 2 for an unknown name."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"no such measure: {', '.join(unknown)}; there are {', '.join(MEASURES)}", file=sys.stderr)
        return 2
    missed = 0
    with running_world() as world:
        print_head()
        for name in names or MEASURES:
            for result in MEASURES[name](world):
                print_line(result)
                missed += result.reached is False
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
