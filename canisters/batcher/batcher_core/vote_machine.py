"""The life of one voter's vote, as one table: which event leads from which state to which."""

EXPECTED = "expected"
CAST = "cast"
ABSENT = "absent"
MISSED = "missed"

VOTER_STATES = (EXPECTED, CAST, ABSENT, MISSED)

ANSWER_HEARD = "answer_heard"
FAILURE_HEARD = "failure_heard"
VOTE_CLOSED = "vote_closed"

VOTER_EVENTS = (ANSWER_HEARD, FAILURE_HEARD, VOTE_CLOSED)

VOTER_TRANSITIONS = {
    (EXPECTED, ANSWER_HEARD): CAST,
    (EXPECTED, FAILURE_HEARD): ABSENT,
    (EXPECTED, VOTE_CLOSED): MISSED,
    (CAST, VOTE_CLOSED): CAST,
    (ABSENT, VOTE_CLOSED): ABSENT,
    (MISSED, ANSWER_HEARD): MISSED,
    (MISSED, FAILURE_HEARD): MISSED,
}
"""A vote that is missed is not counted, yet its answer is stored for later votes."""


def next_voter_state(state: str, event: str) -> str:
    """Return the state that `event` leads to; what the table lacks changes nothing."""
    return VOTER_TRANSITIONS.get((state, event), state)
