/**
 * What can be wrong with something somebody hands us; mirrors crypto/errors.py.
 *
 * `code` is stable and machine-readable ("point.subgroup"); the sentence is for developers, people read the
 * page's own words. Neither ever holds a vote, a secret or a code from a voting card.
 */

export class Flaw extends Error {
  constructor(code, sentence) {
    super(`${code}: ${sentence}`);
    this.name = new.target.name;
    this.code = code;
    this.sentence = sentence;
  }
}

/** The bytes do not spell a value of the kind that was expected. */
export class Malformed extends Flaw {}

/** A well-formed statement whose proof, signature or arithmetic fails. */
export class InvalidProof extends Flaw {}
