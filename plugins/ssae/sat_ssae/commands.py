"""`sat ssae`: the paper's own analyses."""
import click


@click.group()
def ssae() -> None:
    """Analyses of SSAE's paper."""
