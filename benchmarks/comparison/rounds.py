"""Alternating rounds of one case: a machine drifts, and so hits all contestants alike."""
import sys

from .contestant import Absent, median


class Outcome:
    """What a case came to. Ratios are peer over Graft: above 1, Graft is ahead."""

    def __init__(self, case, graft, peers, absent, probes):
        self.case, self.graft, self.absent, self.probes = case, graft, absent, probes
        self.peers = peers  # name -> values, round by round
        self.fastest = min(peers, key=lambda name: median(peers[name])) if peers else None

    def ratios(self):
        return [peer / graft for peer, graft in zip(self.peers[self.fastest], self.graft)]

    @property
    def ratio(self):
        return median(self.ratios()) if self.peers else None

    def as_json(self):
        row = {"ratio": self.ratio, "graft": self.scaled(median(self.graft)), "peer": None,
               "peer_name": self.fastest, "unit": self.case.unit, "target": self.case.target,
               "probe": min(self.probes) / max(self.probes)}
        if self.peers:
            ratios = self.ratios()
            row.update(peer=self.scaled(median(self.peers[self.fastest])), lowest=min(ratios),
                       highest=max(ratios),
                       others={name: self.scaled(median(values))
                               for name, values in self.peers.items() if name != self.fastest})
        if self.absent:
            row["absent"] = self.absent
        return row

    def scaled(self, value):
        return value * {"s": 1, "ms": 1e3, "us": 1e6, "MB": 2 ** -20}[self.case.unit]


def note(text):
    print(text, file=sys.stderr, flush=True)


def run_case(case, options, probe):
    """Rounds in which the machine ran below 95 % of its best speed are repeated, as long as twice
    the number of rounds allows."""
    graft, values, absent, probes, ready = [], {}, {}, [], []
    try:
        case.graft.start()
        for peer in case.peers:
            try:
                peer.start()
                ready.append(peer)
                values[peer.name] = []
            except Absent as reason:
                absent[peer.name] = str(reason)
                peer.close()
                note(f"  {peer.name} is absent: {reason}")
        rounds = 0
        while len(graft) < options.rounds:
            rounds += 1
            speed = probe()
            spare = 2 * options.rounds - rounds >= options.rounds - len(graft)
            if probes and speed < 0.95 * max(probes) and spare:
                continue
            probes.append(speed)
            graft.append(getattr(case.graft.measure(options.seconds), case.quantity))
            for peer in ready:
                values[peer.name].append(
                    getattr(peer.measure(options.seconds), case.quantity))
    finally:
        for peer in case.peers:
            peer.close()
    return Outcome(case, graft, values, absent, probes)
