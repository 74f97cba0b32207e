"""``python -m synth_anomaly`` is ``sat``."""

from synth_anomaly.cli.main import main

main()
