"""What a case came to."""
from statistics import median


class Outcome:
    """`values`: of each contestant that took part, round by round; none if Graft did not."""

    def __init__(self, case, values, absent, dropped=0, probe=None, failed=False):
        self.case, self.values, self.absent, self.failed = case, values, absent, failed
        self.dropped, self.probe = dropped, probe

    def as_json(self):
        """Ratios are peer over Graft: above 1, Graft is ahead."""
        graft = self.values.get("Graft", [])
        peers = {name: median(values) for name, values in self.values.items() if name != "Graft"}
        fastest = min(peers, key=peers.get, default=None)
        ratios = [theirs / ours for theirs, ours in zip(self.values.get(fastest, []), graft)]
        return {
            "ratio": median(ratios) if ratios else None,
            "lowest": min(ratios, default=None), "highest": max(ratios, default=None),
            "graft": median(graft) if graft else None, "unit": self.case.unit,
            "peer": peers.pop(fastest, None), "peer_name": fastest, "others": peers,
            "absent": self.absent,
            "target": self.case.target.ratio, "source": self.case.target.source,
            "rounds": len(graft), "dropped": self.dropped, "probe": self.probe}
