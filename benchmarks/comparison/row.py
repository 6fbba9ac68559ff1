"""A row of the comparison: one id, one or several cases."""
import copy

from .rounds import Contest

# Unit -> which part of a sample, times what.
UNITS = {"s": ("seconds", 1), "ms": ("seconds", 1e3), "us": ("seconds", 1e6),
         "MB": ("size", 1e-6)}


class Case:
    """One piece of work, done by Graft and by peers; less is better."""

    def __init__(self, name, target, graft, peers, unit="ms", at_once=False):
        self.name, self.target, self.unit = name, target, unit
        self.contest = Contest(graft, peers, at_once)

    def beside(self, name, target, unit):
        """Another view of the same rounds: what else was measured in them."""
        other = copy.copy(self)
        other.name, other.target, other.unit = name, target, unit
        return other

    def value(self, sample):
        quantity, factor = UNITS[self.unit]
        return getattr(sample, quantity) * factor


class Row:
    def __init__(self, id_, work, *cases):
        self.id, self.work, self.cases = id_, work, cases

    def measure(self, options, probe):
        """The outcomes of the cases, one by one."""
        for case in self.cases:
            yield case.contest.outcome(case, options, probe)

    def summary(self, cases):
        """The JSON of the row from {name: JSON of a case}: of the one case, or of the one that is
        furthest behind its target, with all of them and all that are absent."""
        if len(cases) == 1:
            return next(iter(cases.values()))
        measured = [case for case in cases.values() if case["ratio"] is not None]
        furthest = min(measured or cases.values(),
                       key=lambda case: (case["ratio"] or 0) / case["target"])
        absent = {name: why for case in cases.values() for name, why in case["absent"].items()}
        return {**furthest, "absent": absent, "cases": cases}
