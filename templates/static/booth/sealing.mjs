/**
 * Making a ballot: prepared unsigned, then either opened for the voter to check, or signed and cast; never both;
 * mirrors crypto/sealing.py.
 *
 * Source: Belenios specification, section "Ballot"; DESIGN.md section 2, "Challenge before signing".
 */

import { checkShape, decodeCiphertext, encrypt, proveAnswer } from "./answer.mjs";
import { UNSIGNED_MEMBERS } from "./ballot.mjs";
import { BALLOT_LIMIT } from "./election.mjs";
import { array, compact, concat, members, parseCompact, sha256B64, utf8 } from "./encoding.mjs";
import { InvalidProof, Malformed } from "./errors.mjs";
import { proveKey } from "./proof.mjs";
import { BALLOT_SIGNATURE, challenge } from "./transcript.mjs";

/**
 * Encrypt and prove the choices. `selections[question]` holds 0 or 1 per ciphertext, blank first when allowed.
 *
 * Returns { unsigned, code, randomness, selections }; the last two are the voter's secrets. Draws, question by question,
 * one scalar per ciphertext and then those of `proveAnswer`. Throws Malformed (ballot.selection) for choices that the
 * question does not allow.
 */
export function prepareBallot(election, credential, selections, randomScalar = null) {
  const { group } = election;
  const draw = randomScalar ?? (() => group.randomScalar());
  if (selections.length !== election.questions.length) {
    throw new Malformed("ballot.selection", `${election.questions.length} answers were expected`);
  }
  const credentialText = group.encode(credential);
  const randomness = [];
  const answers = election.questions.map((question, place) => {
    checkSelection(question, selections[place]);
    const fresh = selections[place].map(() => draw());
    if (fresh.some((exponent) => group.reduce(exponent) === 0n)) {
      throw new RangeError("the source of randomness gave zero");
    }
    randomness.push(fresh);
    return proveAnswer(election, question, credentialText, selections[place].map(BigInt), fresh, draw);
  });
  const unsigned = unsignedBallot(election, credentialText, answers);
  return { unsigned, code: sha256B64(unsigned), randomness, selections };
}

export function unsignedBallot(election, credential, answers) {
  return compact({
    election_uuid: election.uuid,
    election_hash: election.fingerprint,
    credential,
    answers: answers.map((answer) => answer.encode(election.group)),
  });
}

/** The bytes to cast. `key` is the voting key of the unsigned ballot's credential. Draws one scalar, the nonce. */
export function signBallot(election, unsigned, key, randomScalar = null) {
  const { group } = election;
  const code = sha256B64(unsigned);
  const prefix = `${BALLOT_SIGNATURE}${code}|`;
  const draw = randomScalar ?? (() => group.randomScalar());
  const proof = proveKey(group, key, (point) => challenge(group, prefix, [point]), draw);
  const signature = compact({ hash: code, proof: proof.encode() });
  return concat(unsigned.slice(0, -1), utf8(',"signature":'), signature, utf8("}"));
}

/**
 * Encrypt the choices again and compare every ciphertext; returns the code that the voter was shown.
 *
 * The proofs are not looked at: a ballot that fails them is refused when cast, in the voter's sight.
 * Throws Malformed (json.…, ballot.…), InvalidProof (challenge.opening).
 */
export function checkOpening(election, unsigned, selections, randomness) {
  const value = parseCompact(unsigned, { sizeLimit: BALLOT_LIMIT });
  members(value, UNSIGNED_MEMBERS);
  const { group } = election;
  group.decode(value.credential);
  if (value.election_uuid !== election.uuid || value.election_hash !== election.fingerprint) {
    throw new InvalidProof("challenge.opening", "the ballot was made for another election");
  }
  const lengths = [array(value.answers), selections, randomness].map((list) => list.length);
  if (lengths.some((length) => length !== election.questions.length)) {
    throw new Malformed("ballot.shape", `${election.questions.length} answers were expected`);
  }
  election.questions.forEach((question, place) => {
    checkShape(value.answers[place], question);
    checkSelection(question, selections[place]);
    if (randomness[place].length !== question.width) {
      throw new Malformed("ballot.shape", `${question.width} random exponents were expected`);
    }
    value.answers[place].choices.forEach((choice, index) => {
      const seen = decodeCiphertext(group, choice);
      const again = encrypt(group, election.publicKey, selections[place][index], randomness[place][index]);
      if (!group.equal(seen.alpha, again.alpha) || !group.equal(seen.beta, again.beta)) {
        throw new InvalidProof("challenge.opening", "a ciphertext does not encrypt the choice that was shown");
      }
    });
  });
  return sha256B64(unsigned);
}

/** Throws Malformed (ballot.selection), without telling the choices. */
export function checkSelection(question, selection) {
  if (selection.length !== question.width || selection.some((choice) => choice !== 0 && choice !== 1)) {
    throw new Malformed("ballot.selection", `${question.width} zeros or ones were expected`);
  }
  const chosen = selection.slice(Number(question.blank)).reduce((sum, choice) => sum + choice, 0);
  const blank = question.blank && selection[0] === 1;
  if ((blank && chosen > 0) || (!blank && !question.sums.includes(chosen))) {
    throw new Malformed("ballot.selection", "this number of choices is not allowed");
  }
}
