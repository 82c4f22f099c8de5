"""The order of a batch: control entries at once, ballots mixed, a credential's own ballots never turned round."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from audit.batch import Waiting, order_ballots, order_batch
from audit.tree import leaf_hash

VOTES = ("first-vote", "second-vote")


@st.composite
def outboxes(draw: st.DrawFn) -> list[Waiting]:
    """Each credential's ballots are queued in their sequence, as casting makes sure; everything else is free."""
    waiting: list[Waiting] = []
    sequences: dict[tuple[str, str], int] = defaultdict(int)
    for place in range(draw(st.integers(0, 30))):
        vote = draw(st.sampled_from(VOTES))
        raw = draw(st.binary(min_size=4, max_size=8)) + bytes([place])
        if draw(st.booleans()) or draw(st.booleans()):
            credential = draw(st.sampled_from("ABC"))
            waiting.append(Waiting(place, "ballot", vote, raw, credential, sequences[vote, credential]))
            sequences[vote, credential] += 1
        else:
            waiting.append(Waiting(place, draw(st.sampled_from(["closed", "cancelled", "challenged"])), vote, raw))
    return draw(st.permutations(waiting))


@given(outboxes())
def test_nothing_is_lost_or_doubled_when_the_ballots_cadence_has_come(waiting: list[Waiting]) -> None:
    batch = order_batch(waiting, ballots=True)
    assert sorted(item.place for item in batch) == sorted(item.place for item in waiting)


@given(outboxes())
def test_between_cadences_control_entries_go_and_only_an_ending_takes_ballots_along(
    waiting: list[Waiting],
) -> None:
    batch = order_batch(waiting, ballots=False)
    assert {item for item in batch if not item.is_ballot} == {item for item in waiting if not item.is_ballot}
    ended = {item.referendum for item in waiting if item.kind in ("closed", "cancelled")}
    assert {item for item in batch if item.is_ballot} == {
        item for item in waiting if item.is_ballot and item.referendum in ended
    }


@given(outboxes(), st.booleans())
def test_a_ballot_never_stands_behind_the_end_of_its_casting(waiting: list[Waiting], ballots: bool) -> None:
    ended = set()
    for item in order_batch(waiting, ballots=ballots):
        if item.kind in ("closed", "cancelled"):
            ended.add(item.referendum)
        assert not (item.is_ballot and item.referendum in ended)


@given(outboxes(), st.booleans())
def test_control_entries_keep_the_order_they_were_queued_in(waiting: list[Waiting], ballots: bool) -> None:
    places = [item.place for item in order_batch(waiting, ballots=ballots) if not item.is_ballot]
    assert places == sorted(places)


@given(outboxes())
def test_BB_04_each_credential_s_ballots_stand_in_ascending_sequence(waiting: list[Waiting]) -> None:
    seen: dict[tuple[str | None, str | None], int] = defaultdict(int)
    for item in order_ballots([item for item in waiting if item.is_ballot]):
        assert item.sequence == seen[item.referendum, item.credential]
        seen[item.referendum, item.credential] += 1


@given(outboxes())
def test_BB_26_the_places_of_a_batch_depend_on_the_ballots_and_not_on_their_arrival(waiting: list[Waiting]) -> None:
    ballots = [item for item in waiting if item.is_ballot]
    assert order_ballots(ballots) == order_ballots(sorted(ballots, key=lambda item: item.place))
    by_hash = sorted(ballots, key=lambda item: leaf_hash(item.raw))
    assert [item.credential for item in order_ballots(ballots)] == [item.credential for item in by_hash]
