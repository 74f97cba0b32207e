import pytest
import torch

from synth_anomaly.errors import OptionError
from synth_anomaly.heads import DECODER_CHANNELS, ConvDecoder, decoder_table, layer_sizes, scaled
from synth_anomaly.interfaces import Head

# AnoSeg, table 6: kind, channels, side, kernel, stride, padding, from 512 channels of 8x8.
TABLE_6 = [
    ("conv", 512, 8, 3, 1, 1),
    ("up", 512, 16, 4, 2, 1),
    ("conv", 256, 16, 3, 1, 1),
    ("up", 256, 32, 4, 2, 1),
    ("conv", 128, 32, 3, 1, 1),
    ("up", 128, 64, 4, 2, 1),
    ("conv", 128, 64, 3, 1, 1),
    ("up", 128, 128, 4, 2, 1),
    ("conv", 128, 128, 3, 1, 1),
    ("up", 128, 256, 4, 2, 1),
    ("conv", 128, 256, 3, 1, 1),
    ("conv", 3, 256, 3, 1, 1),
]


def test_the_default_rows_are_the_papers():
    rows = decoder_table(out_channels=3)
    sides = [height for height, _ in layer_sizes(rows, (8, 8))]
    assert [
        (row.kind, row.channels, side, row.kernel, row.stride, row.padding)
        for row, side in zip(rows, sides, strict=True)
    ] == TABLE_6


def test_every_row_of_the_network_has_the_papers_shape():
    with torch.device("meta"):
        decoder = ConvDecoder(512, out_channels=3, activation="sigmoid")
        features = torch.empty(2, 512, 8, 8)
        for row, (_, channels, side, *_rest) in zip(decoder.layers, TABLE_6, strict=True):
            features = row(features)
            assert features.shape == (2, channels, side, side)


def test_the_coarsest_map_alone_is_decoded():
    decoder = ConvDecoder((4, 8, 16), channels=(8, 4)).eval()
    features = [torch.rand(2, 4, 32, 32), torch.rand(2, 8, 16, 16), torch.rand(2, 16, 8, 8)]
    alone = decoder(features[-1:], (32, 32))
    torch.testing.assert_close(decoder(features, (32, 32)), alone, rtol=0, atol=0)
    assert isinstance(decoder, Head)
    assert decoder.in_channels == (4, 8, 16)


@pytest.mark.parametrize("size", [(32, 32), (30, 31), (25, 32), (40, 64)])
@pytest.mark.parametrize("out_channels", [1, 3])
def test_the_result_has_exactly_the_size_asked_for(size, out_channels):
    decoder = ConvDecoder(8, channels=(4, 4), out_channels=out_channels)
    assert decoder([torch.rand(2, 8, 8, 8)], size).shape == (2, out_channels, *size)


def test_a_sigmoid_is_that_of_the_logits_and_in_range():
    logits = ConvDecoder(8, channels=(4,)).eval()
    bounded = ConvDecoder(8, channels=(4,), activation="sigmoid").eval()
    bounded.load_state_dict(logits.state_dict())
    features = [torch.randn(2, 8, 8, 8)]
    torch.testing.assert_close(bounded(features, (15, 16)), logits(features, (15, 16)).sigmoid())


def test_gradients_reach_every_parameter_also_under_bfloat16_autocast():
    decoder = ConvDecoder(8, channels=(8, 8))
    with torch.autocast("cpu", torch.bfloat16):
        decoded = decoder([torch.randn(2, 8, 4, 4)], (15, 16))
    decoded.float().square().mean().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in decoder.parameters())


def test_narrower_decoders_keep_their_shape():
    assert scaled(DECODER_CHANNELS, 1.0) == DECODER_CHANNELS
    assert scaled(DECODER_CHANNELS, 0.125) == (64, 32, 16, 16, 16)
    assert min(scaled(DECODER_CHANNELS, 0.0001)) == 1


def test_no_channels_are_refused():
    with pytest.raises(OptionError, match="at least one width"):
        ConvDecoder(8, channels=())
    with pytest.raises(OptionError, match=r"backbone\.channels"):
        ConvDecoder(())
