"""Building components from what a recipe says, and saying of a component what a recipe would.

A specification is a name, or a table with a ``name`` and options, or the object itself. An option may
in turn be a component or a list of them. A table without a name changes the default it stands for.

A name that several packages offer is an error where it is asked for by itself. Within the settings of a
method, which defaults, presets and recipes fill, it means the component of the method's own package, else
the core's; :meth:`Catalogue.refuse_ambiguous` holds what a user typed to more.
"""

from synth_anomaly.catalogue.components import Catalogue
from synth_anomaly.catalogue.installed import catalogue
from synth_anomaly.catalogue.networks import build_network
from synth_anomaly.specification import Spec, merge

__all__ = ["Catalogue", "Spec", "build_network", "catalogue", "merge"]
