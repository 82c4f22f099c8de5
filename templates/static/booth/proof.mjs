/**
 * Proofs of knowledge of a key, and proofs that one of several ciphertexts holds nothing; mirrors crypto/proof.py.
 *
 * A proof is a challenge and a response; the verifier recomputes the commitments and hashes them again. What a
 * statement says, and which hash makes its challenge, is decided by the module that owns it.
 *
 * Source: Belenios specification, sections "Trustees" (Schnorr) and "Ballot"; crypto/PROTOCOL.md equations 3 to 6.
 */

import { members } from "./encoding.mjs";
import { challenge } from "./transcript.mjs";

/** Challenge and response, both in [0, q). */
export class Proof {
  constructor(challengeValue, response) {
    this.challenge = challengeValue;
    this.response = response;
    Object.freeze(this);
  }

  encode() {
    return { challenge: this.challenge.toString(), response: this.response.toString() };
  }
}

/** Throws Malformed: json.…, scalar.noncanonical. */
export function decodeProof(group, value) {
  members(value, ["challenge", "response"]);
  return new Proof(group.decodeScalar(value.challenge), group.decodeScalar(value.response));
}

/** Show knowledge of `key`. Draws one scalar, the nonce. `challengeOf` awaits only the commitment. */
export function proveKey(group, key, challengeOf, randomScalar) {
  const nonce = randomScalar();
  const value = challengeOf(group.generatorPower(nonce));
  return new Proof(value, group.reduce(nonce - key * value));
}

/** Whether the prover knows the x of image = g^x. The caller throws: only he knows what was claimed. */
export function keyProofHolds(group, image, challengeOf, proof) {
  return challengeOf(commitmentOf(group, group.generator, image, proof)) === proof.challenge;
}

/**
 * Show that at least one branch encrypts 0, without showing which; one of the plaintexts must be 0.
 *
 * A witness is what the prover knows of a branch: { randomness, plaintext } of (g^r, y^r g^d). Draws two scalars per
 * branch, in order: the nonce w and a challenge c (the true branch's is set aside, so that every choice draws alike).
 * The commitments are g^w and y^w g^(d c). For the true branch, where d = 0, the last factor is computed with another
 * exponent and left out: the sequence of operations is the same whichever branch is true (CR-21).
 */
export function proveOneEmpty(group, key, prefix, witnesses, randomScalar) {
  const drawn = witnesses.map(() => {
    const nonce = randomScalar();
    return { nonce, guess: randomScalar() };
  });
  const empty = witnesses.map(({ plaintext }) => Number(group.reduce(plaintext) === 0n));
  const truth = empty.indexOf(1);
  if (truth < 0) throw new RangeError("no branch encrypts 0");
  const commitments = witnesses.flatMap(({ plaintext }, place) => {
    const { nonce, guess } = drawn[place];
    const mask = group.power(key, nonce);
    const shift = group.generatorPower([plaintext * guess, guess][empty[place]]);
    return [group.generatorPower(nonce), [group.multiply(mask, shift), mask][empty[place]]];
  });
  const others = drawn.reduce((sum, { guess }) => sum + guess, 0n) - drawn[truth].guess;
  const own = group.reduce(challenge(group, prefix, commitments) - others);
  return witnesses.map(({ randomness }, place) => {
    const { nonce, guess } = drawn[place];
    const value = [guess, own][Number(place === truth)];
    return new Proof(value, group.reduce(nonce - randomness * value));
  });
}

/** Whether the proofs show that one of the branches { alpha, beta } encrypts 0. As many proofs as branches. */
export function oneIsEmpty(group, key, prefix, branches, proofs) {
  if (branches.length !== proofs.length) throw new RangeError("as many proofs as branches were expected");
  const commitments = branches.flatMap(({ alpha, beta }, place) => [
    commitmentOf(group, group.generator, alpha, proofs[place]),
    commitmentOf(group, key, beta, proofs[place]),
  ]);
  const total = proofs.reduce((sum, proof) => sum + proof.challenge, 0n);
  return challenge(group, prefix, commitments) === group.reduce(total);
}

/** base^response * image^challenge; everything in it is public. */
function commitmentOf(group, base, image, proof) {
  return group.multiply(group.vartimePower(base, proof.response), group.vartimePower(image, proof.challenge));
}
