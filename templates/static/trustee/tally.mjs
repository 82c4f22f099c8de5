/**
 * The encrypted tally: the product of the ballots that count, the last of each credential; mirrors crypto/tally.py for
 * elections of ours, where every ballot weighs 1.
 *
 * Source: Belenios specification, sections "Which ballots count" and "Encrypted tally"; crypto/PROTOCOL.md section 9.
 */

import { compact, sha256, toHex } from "../booth/encoding.mjs";

const NUMBER_LIMIT = 2 ** 30; // counts from here on are written as decimal strings

export class EncryptedTally {
  constructor(group, ciphertexts, numTallied) {
    this.group = group;
    this.ciphertexts = ciphertexts;
    this.numTallied = numTallied;
    const encode = ({ alpha, beta }) => ({ alpha: group.encode(alpha), beta: group.encode(beta) });
    this.raw = compact(ciphertexts.map((row) => row.map(encode)));
    this.digest = sha256(this.raw);
    Object.freeze(this);
  }

  /** The sized_encrypted_tally object. */
  get sized() {
    const weight = this.numTallied < NUMBER_LIMIT ? this.numTallied : String(this.numTallied);
    return compact({ num_tallied: this.numTallied, total_weight: weight, encrypted_tally: toHex(this.digest) });
  }
}

/** The last ballot of each credential. */
export function counted(ballots) {
  return [...new Map(ballots.map((ballot) => [ballot.credentialText, ballot])).values()];
}

/** The tally of checked ballots in board order. */
export function accumulate(election, ballots) {
  const { group } = election;
  const last = counted(ballots);
  const rows = election.questions.map((question, number) =>
    Array.from({ length: question.width }, (_, choice) => {
      const choices = last.map(({ answers }) => answers[number].choices[choice]);
      return {
        alpha: group.product(choices.map(({ alpha }) => alpha)),
        beta: group.product(choices.map(({ beta }) => beta)),
      };
    }),
  );
  return new EncryptedTally(group, rows, last.length);
}
