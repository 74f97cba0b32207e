"""What a stop says of what is done."""

import pytest

from synth_anomaly.errors import Interrupted
from synth_anomaly.training import Interruption


@pytest.mark.parametrize(
    ("kept", "message"), [(True, "everything done so far is kept"), (False, "nothing is kept, for lack of")]
)
def test_a_stop_promises_what_there_is(kept, message):
    with pytest.raises(Interrupted, match=f"stopped as you asked; {message}"):
        Interruption().stop(kept=kept)
