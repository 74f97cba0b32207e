"""How large the masks of DRAEM's published code are, for the page that shows ours beside them.

python tests/benchmarks/published_masks.py PATH_OF_ITS_CODE --count 10000

PATH_OF_ITS_CODE is a copy of its repository, of which `perlin.py` is run. It needs imgaug, which needs a
numpy before 2, and so an environment of its own; nothing of this project is used. Areas are over the masks
that are not empty.
"""

import argparse
import sys

import imgaug
import numpy as np
from imgaug import augmenters

SIZE, CELLS, THRESHOLD = 256, 2 ** np.arange(6), 0.5


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("code")
    parser.add_argument("--count", type=int, default=1000)
    options = parser.parse_args()
    sys.path.insert(0, options.code)
    from perlin import rand_perlin_2d_np

    np.random.seed(0)  # noqa: NPY002  # its code draws from there
    imgaug.seed(0)
    draws, turn = np.random.default_rng(0), augmenters.Affine(rotate=(-90, 90))
    areas = np.array(
        [
            (turn(image=rand_perlin_2d_np((SIZE, SIZE), tuple(draws.choice(CELLS, 2)))) > THRESHOLD).mean()
            for _ in range(options.count)
        ]
    )
    shown = areas[areas > 0]
    low, median, high = np.percentile(shown, (5, 50, 95))
    print(
        f"mean {shown.mean():.2%}, median {median:.2%}, 5-95% {low:.2%} to {high:.2%}, "
        f"empty {(areas == 0).mean():.1%} of {options.count:,}"
    )


if __name__ == "__main__":
    main()
