"""A rule said no: the base of every refusal in the rooms.

Sentences and advice are English msgids with `%(name)s` fields; the web rim translates them and chooses nothing but the
page. They never hold a vote, a secret or a code.
"""


class Refused(Exception):
    """`status` is the HTTP answer, `code` is stable, `advice` says what to do next and may be empty.

    `retry_after` is in seconds; 0 says nothing.
    """

    status = 409
    retry_after = 0

    def __init__(self, code: str, sentence: str, advice: str = "", **fields: str | int) -> None:
        super().__init__(f"{code}: {sentence % fields if fields else sentence}")
        self.code = code
        self.sentence = sentence
        self.advice = advice
        self.fields = fields


def N_(msgid: str) -> str:
    """Mark a sentence for extraction; it is translated where it is shown (gettext's own name)."""
    return msgid
