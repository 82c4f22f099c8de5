"""What a clerk types, and short ways to do it in a test."""

from starlette.testclient import TestClient

__all__ = ["SESSION", "TOPIC", "draft_session", "draft_topic", "publish", "revision_of"]
SESSION = {
    "kind": "regular",
    "title": "4η τακτική συνεδρίαση",
    "place": "Δημαρχείο",
    "starts_at": "2026-10-20T18:00",
    "summons": "Σας καλούμε.",
}
TOPIC = {
    "title": "Νέος φωτισμός στην παραλία",
    "plain_summary": "Αλλάζουν οι λάμπες της παραλίας.",
    "proposer": "Αντιδήμαρχος",
    "mark": "regular",
    "motion": "Εισηγούμαστε **νέες λάμπες**.",
}


def draft_session(clerk: TestClient, body_key: str, **changes: str) -> str:
    """The key of a new draft."""
    answer = clerk.post("/desk/sessions", data={**SESSION, "body": body_key, **changes})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).rpartition("/")[2]


def draft_topic(clerk: TestClient, session_key: str, **changes: str) -> str:
    """The key of a new topic."""
    answer = clerk.post(f"/desk/sessions/{session_key}/topics/new", data={**TOPIC, **changes})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).rpartition("/")[2]


def publish(clerk: TestClient, session_key: str, reason: str = "") -> None:
    answer = clerk.post(f"/desk/sessions/{session_key}/publication", data={"urgent_reason": reason})
    assert answer.status_code == 303, answer.text


def revision_of(clerk: TestClient, page: str) -> str:
    """The hidden field of a form."""
    shown = clerk.get(page).text
    return shown.partition('name="revision" value="')[2].partition('"')[0]
