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
    return Outcome(case, {name: [round_.values[name] for round_ in kept] for name in present},
                   absent, dropped=len(rounds) - len(kept),
                   probe=max(round_.fastest for round_ in rounds))


def note(text):
    print(text, file=sys.stderr, flush=True)


def run_case(case, options, probe):
    ready, absent = [], {}

    def turn(peer, work):
        """False if the peer cannot take part (any more)."""
        try:
            work(peer)
            return True
        except Absent as reason:
            absent[peer.name] = str(reason)
            note(f"  {peer.name} is absent: {reason}")
            return False

    def measure():
        values = {"Graft": case.value(case.graft.measure(options.seconds))}

        def measure_peer(peer):
            values[peer.name] = case.value(peer.measure(options.seconds))
        ready[:] = [peer for peer in ready if turn(peer, measure_peer)]
        return values

    try:
        case.graft.start()
        ready += [peer for peer in case.peers if turn(peer, lambda peer: peer.start())]
        return outcome_of(case, take_rounds(options.rounds, probe, measure), absent)
    except Absent as reason:
        note(f"  Graft cannot be measured: {reason}")
        return Outcome(case, {}, {"Graft": str(reason), **absent},
                       failed=isinstance(reason, Failed))
    finally:
        for peer in case.peers:
            peer.close()
