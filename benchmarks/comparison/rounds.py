"""Alternating rounds of one case: a machine drifts, and so hits all contestants alike."""
import copy
import sys

from .contestant import Absent, Failed
from .outcome import Outcome


class Round:
    """One turn of each contestant, between two probes of the machine's speed."""

    def __init__(self, before, values, after):
        self.values = values  # of each contestant, by its name
        self.fastest, self.slowest = max(before, after), min(before, after)

    def of(self, case):
        """The same round of one of several cases that were measured together."""
        part = copy.copy(self)
        part.values = self.values[case]
        return part


def steady(rounds):
    # A round counts if the probes before and after it reach 95 % of the best probe of all rounds.
    # That is decided when all are over: a best that is still rising would let slow ones pass.
    # Where no round does, the one with the best probes counts, so that there is a result.
    best = max(round_.fastest for round_ in rounds)
    return ([round_ for round_ in rounds if round_.slowest >= 0.95 * best]
            or [max(rounds, key=lambda round_: round_.slowest)])


def take_rounds(count, probe, measure):
    """Rounds until `count` of them are steady, but at most twice as many."""
    rounds, before = [], probe()
    while len(rounds) < 2 * count and (not rounds or len(steady(rounds)) < count):
        values, after = measure(), probe()
        rounds.append(Round(before, values, after))
        before = after
    return rounds


def outcome_of(case, rounds, absent):
    kept = steady(rounds)
    present = [name for name in kept[0].values if name not in absent]
    return Outcome(case, {name: [case.value(round_.values[name]) for round_ in kept]
                          for name in present},
                   absent, dropped=len(rounds) - len(kept),
                   probe=max(round_.fastest for round_ in rounds))


def note(text):
    print(text, file=sys.stderr, flush=True)


class Contest:
    """Graft and its peers at one piece of work: measured in rounds once, however many cases look
    at the samples."""

    def __init__(self, graft, peers, at_once=False):
        """`at_once`: all get ready side by side."""
        self.graft, self.peers, self.at_once = graft, peers, at_once
        self.rounds, self.absent, self.failure = [], {}, None
        self._done = False

    def outcome(self, case, options, probe):
        if not self._done:
            self._done = True
            self._run(options, probe)
        if self.failure is None:
            return outcome_of(case, self.rounds, self.absent)
        return Outcome(case, {}, {"Graft": str(self.failure), **self.absent},
                       failed=isinstance(self.failure, Failed))

    def _run(self, options, probe):
        try:
            ready = self.peers
            if self.at_once:
                self.graft.launch()
                ready = [peer for peer in ready if self._turn(peer, peer.launch)]
            self.graft.start()
            ready = [peer for peer in ready if self._turn(peer, peer.start)]

            def measure():
                samples = {"Graft": self.graft.measure(options.seconds)}

                def measure_peer(peer):
                    samples[peer.name] = peer.measure(options.seconds)
                ready[:] = [peer for peer in ready
                            if self._turn(peer, lambda: measure_peer(peer))]
                return samples
            self.rounds = take_rounds(options.rounds, probe, measure)
        except Absent as reason:
            self.failure = reason
            note(f"  Graft cannot be measured: {reason}")
        finally:
            for contestant in [self.graft, *self.peers]:
                contestant.close()

    def _turn(self, peer, work):
        """False if the peer cannot take part (any more)."""
        try:
            work()
            return True
        except Absent as reason:
            self.absent[peer.name] = str(reason)
            note(f"  {peer.name} is absent: {reason}")
            return False
