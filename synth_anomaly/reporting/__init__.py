"""What a run shows of itself: progress, figures, pictures, files.

Nothing is imported here: the TensorBoard plugin lives in this package and is imported at ``sat --help``.
"""
