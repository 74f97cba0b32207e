import pytest
import torch
from scipy import stats

from synth_anomaly.synthesizers import Alpha, Chain, Constant, Paste, Rectangle, Repeated


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


LIGHTER = Paste(Rectangle((0.2, 0.4)), Constant((1.0, 1.0)), Alpha((0.5, 0.5)))


def test_times_beyond_the_fewest_are_independent():
    times = Repeated(LIGHTER, (2, 5), 0.3).draw(4000, (8, 8), seeded()).host["times"]
    seen = torch.bincount(times, minlength=6)[2:].numpy()
    expected = stats.binom(3, 0.3).pmf(range(4)) * 4000
    assert stats.chisquare(seen, expected).pvalue > 1e-4


def test_it_is_a_chain_of_as_many():
    images = torch.rand(6, 3, 16, 12, generator=seeded(1))
    made = Repeated(LIGHTER, (1, 3))(images, seeded())
    for number, times in enumerate(made.parameters.host["times"].tolist()):
        chain = Chain((LIGHTER,) * times)
        rows = {name: value[number : number + 1] for name, value in made.parameters.host.items()}
        expected = chain.apply(images[number : number + 1], type(made.parameters)(rows))
        assert torch.equal(made.images[number], expected.images[0])
        assert torch.equal(made.masks[number], expected.masks[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": (0, 2)}, "count must be two"),
        ({"count": (3, 2)}, "count must be two"),
        ({"p": 1.5}, "p must"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ValueError, match=message):
        Repeated(LIGHTER, **options)
