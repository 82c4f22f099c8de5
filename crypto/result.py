"""The result: counts that the decrypted tally opens to, found and checked.

Source: Belenios specification, section "Result"; baby-step giant-step after Shanks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from crypto.election import Election
from crypto.encoding import Json, array, compact, members, parse_compact, sha256
from crypto.errors import InvalidProof
from crypto.group import Element, Group
from crypto.tally import SIZE_LIMIT, EncryptedTally, decode_number, encode_number


@dataclass(frozen=True, slots=True)
class Result:
    """Counts per question and choice, the blank votes first where blank is allowed."""

    counts: tuple[tuple[int, ...], ...]

    def encode(self) -> bytes:
        rows: list[Json] = [[encode_number(count) for count in row] for row in self.counts]
        return compact({"result": rows})

    @property
    def digest(self) -> bytes:
        return sha256(self.encode())


def decode_result(raw: bytes, election: Election) -> Result:
    """Raises Malformed."""
    rows = array(members(parse_compact(raw, size_limit=SIZE_LIMIT), ("result",))["result"])
    array(rows, length=len(election.questions))
    return Result(
        tuple(
            tuple(decode_number(count) for count in array(row, length=question.width))
            for row, question in zip(rows, election.questions, strict=True)
        )
    )


def open_tally(election: Election, tally: EncryptedTally, factors: Sequence[Sequence[Element]]) -> Result:
    """The result, from the combined factors. Raises InvalidProof (result.bound)."""
    group = election.group
    return Result(
        tuple(
            tuple(
                discrete_log(group, group.divide(ciphertext.beta, factor), tally.total_weight)
                for ciphertext, factor in zip(row, row_factors, strict=True)
            )
            for row, row_factors in zip(tally.ciphertexts, factors, strict=True)
        )
    )


def check_result(
    election: Election, tally: EncryptedTally, factors: Sequence[Sequence[Element]], result: Result
) -> None:
    """That g^count is what was decrypted, and 0 <= count <= total weight.

    Raises InvalidProof: result.bound, result.count, with question and choice counted from 1.
    """
    group = election.group
    for question, (row, row_factors, counts) in enumerate(
        zip(tally.ciphertexts, factors, result.counts, strict=True), 1
    ):
        for choice, (ciphertext, factor, count) in enumerate(zip(row, row_factors, counts, strict=True), 1):
            if not 0 <= count <= tally.total_weight:
                raise InvalidProof("result.bound", f"question {question}, choice {choice}: more votes than ballots")
            if group.generator_power(count) != group.divide(ciphertext.beta, factor):
                raise InvalidProof(
                    "result.count", f"question {question}, choice {choice}: the count is not what was decrypted"
                )


def discrete_log(group: Group, element: Element, bound: int) -> int:
    """The m of g^m = element, 0 <= m <= bound, in about 2 sqrt(bound) steps. Raises InvalidProof (result.bound)."""
    width = isqrt(bound) + 1
    table: dict[Element, int] = {}
    step = group.identity
    for small in range(width):
        table[step] = small
        step = group.multiply(step, group.generator)
    # step is now g^width; m = giant * width + small.
    for giant in range(width):
        if (found := table.get(element)) is not None and giant * width + found <= bound:
            return giant * width + found
        element = group.divide(element, step)
    raise InvalidProof("result.bound", f"the decrypted tally is not a number from 0 to {bound}")
