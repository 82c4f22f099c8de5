"""Where a scanned card leads."""

from urllib.parse import urlsplit

from starlette.testclient import TestClient

from crypto.card import new_code
from voting.card_sheet import card_address


def test_CL_07_the_address_in_a_cards_qr_is_a_page_and_keeps_the_code_from_the_server(client: TestClient) -> None:
    address = urlsplit(card_address("http://127.0.0.1:8000", new_code()))
    assert address.fragment.startswith("c=")
    assert address.query == ""
    page = client.get(address.path)
    assert page.status_code == 200
    assert "fragment.mjs" in page.text
