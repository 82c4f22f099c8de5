"""Texts that try to run something, on the real pages (WB-01, WB-04)."""

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from consultation.store import contribution as store
from consultation.store.participation_tables import (
    ContributionRow,
)
from tests.consultation.answering import Talk
from tests.consultation.payloads import ONE_LINE, PAYLOADS
from tests.consultation.town import Town
from tests.consultation.writing import (
    check_no_foreign_element,
)


def test_WB_01_payloads_in_title_text_and_name_stay_text_on_the_real_pages(
    ada: TestClient, anybody: TestClient, town: Town, talk: Talk
) -> None:
    """All at once: the elements that the page has are those it has with a harmless contribution."""
    keys = [talk.say(title="α", text="β")]
    for first in range(0, len(ONE_LINE), 40):
        keys.append(
            talk.say(title=" ".join(ONE_LINE[first : first + 40]), text="\n\n".join(PAYLOADS[first : first + 40]))
        )
        with talk.writing() as session:
            store.contribution(session, keys[-1]).name = ONE_LINE[first]
    pages = [*(f"/contributions/{key}" for key in keys), f"/topics/{town.topic_key}/consultation", "/my/contributions"]
    pages += [f"/contributions/{key}/{act}" for key in keys for act in ("withdrawal", "erasure")]
    for page in pages:
        check_no_foreign_element(ada.get(page))
    with talk.writing() as session:
        for row in session.exec(select(ContributionRow)):
            row.state = "draft"
            session.add(row)
    for key in keys:
        check_no_foreign_element(ada.get(f"/contributions/{key}/draft"))
        check_no_foreign_element(ada.get(f"/contributions/{key}/preview"))
    assert anybody.get(f"/contributions/{keys[0]}").status_code == 404


@pytest.mark.parametrize("name", ["kind", "paragraph", "page", "on", "stance"])
def test_WB_04_what_is_in_the_address_is_never_repeated_on_the_page(ada: TestClient, town: Town, name: str) -> None:
    for payload in ONE_LINE[:60]:
        for page in (f"/topics/{town.topic_key}/consultation", f"/topics/{town.topic_key}/contributions/new"):
            answer = ada.get(page, params={name: payload})
            assert answer.status_code in {200, 404}
            assert payload not in answer.text.replace("/login?next=", "") or payload.isalnum()
