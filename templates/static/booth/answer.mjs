/**
 * The encrypted answer to one question and its proofs: each choice 0 or 1, their sum allowed, blank or not; mirrors
 * crypto/answer.py.
 *
 * Plaintexts and randomness are BigInt here. Source: Belenios specification, section "Ballot"; crypto/PROTOCOL.md
 * equations 7 to 13.
 */

import { array, members } from "./encoding.mjs";
import { InvalidProof, Malformed } from "./errors.mjs";
import { decodeProof, oneIsEmpty, proveOneEmpty } from "./proof.mjs";
import { BLANK_OR_NOT, INTERVAL, OVERALL_WITH_BLANK } from "./transcript.mjs";

/** Exponential ElGamal: alpha = g^r, beta = y^r g^m. In a ballot neither is the identity. */
export class Ciphertext {
  constructor(alpha, beta) {
    this.alpha = alpha;
    this.beta = beta;
    Object.freeze(this);
  }

  encode(group) {
    return { alpha: group.encode(this.alpha), beta: group.encode(this.beta) };
  }

  /** As it stands in what is hashed. */
  text(group) {
    return `${group.encode(this.alpha)},${group.encode(this.beta)}`;
  }
}

/** One ciphertext and one pair of proofs per choice, blank first when it is allowed; blankProof may be null. */
export class Answer {
  constructor(choices, individualProofs, overallProof, blankProof) {
    Object.assign(this, { choices, individualProofs, overallProof, blankProof });
    Object.freeze(this);
  }

  encode(group) {
    return {
      choices: this.choices.map((choice) => choice.encode(group)),
      individual_proofs: this.individualProofs.map(encodeProofs),
      overall_proof: encodeProofs(this.overallProof),
      ...(this.blankProof === null ? {} : { blank_proof: encodeProofs(this.blankProof) }),
    };
  }
}

/** Encrypt 0 or 1. Both candidates for beta are computed and one is taken (CR-21). */
export function encrypt(group, key, plaintext, randomness) {
  const mask = group.power(key, randomness);
  const beta = [mask, group.multiply(mask, group.generator)][Number(plaintext)];
  return new Ciphertext(group.generatorPower(randomness), beta);
}

/** Encrypts the sum of what the ciphertexts encrypt. */
export function product(group, ciphertexts) {
  return new Ciphertext(
    group.product(ciphertexts.map(({ alpha }) => alpha)),
    group.product(ciphertexts.map(({ beta }) => beta)),
  );
}

/** Count ciphertexts and proofs before anything is computed (CR-06). Throws Malformed: ballot.shape, proof.shape. */
export function checkShape(value, question) {
  members(value, ["choices", "individual_proofs", "overall_proof", ...(question.blank ? ["blank_proof"] : [])]);
  if (array(value.choices).length !== question.width) {
    throw new Malformed("ballot.shape", `${question.width} ciphertexts were expected`);
  }
  const pairs = array(value.individual_proofs);
  if (pairs.length !== question.width || pairs.some((pair) => array(pair).length !== 2)) {
    throw new Malformed("proof.shape", `${question.width} pairs of proofs were expected`);
  }
  const branches = question.sums.length + Number(question.blank);
  if (array(value.overall_proof).length !== branches) {
    throw new Malformed("proof.shape", `an overall proof of ${branches} branches was expected`);
  }
  if (question.blank && array(value.blank_proof).length !== 2) {
    throw new Malformed("proof.shape", "a blank proof of 2 branches was expected");
  }
}

/** Read an answer whose shape has been checked. Throws Malformed: json.…, scalar.…, point.…. */
export function decodeAnswer(value, group, question) {
  const pairs = array(value.individual_proofs).map((pair) => decodeProofs(group, pair));
  const overall = decodeProofs(group, value.overall_proof);
  const blank = question.blank ? decodeProofs(group, value.blank_proof) : null;
  const choices = array(value.choices).map((choice) => decodeCiphertext(group, choice));
  return new Answer(choices, pairs, overall, blank);
}

/** Read a ciphertext of a ballot. Throws Malformed: point.identity and the other flaws of an element. */
export function decodeCiphertext(group, value) {
  members(value, ["alpha", "beta"]);
  return new Ciphertext(group.decode(value.alpha), group.decode(value.beta));
}

/**
 * Encrypt and prove one answer. `selection` and `randomness` have one BigInt per ciphertext.
 *
 * Draws two scalars per branch of the individual proofs, then of the overall proof, then of the blank proof.
 */
export function proveAnswer(election, question, credential, selection, randomness, randomScalar) {
  const { group, publicKey: key } = election;
  const witnesses = selection.map((plaintext, place) => ({ randomness: randomness[place], plaintext }));
  const choices = witnesses.map((witness) => encrypt(group, key, witness.plaintext, witness.randomness));
  const texts = choices.map((choice) => choice.text(group));
  const statement = `${election.fingerprint}|${credential}`;
  const individual = witnesses.map((witness, place) =>
    proveOneEmpty(group, key, `${INTERVAL}${statement}|${texts[place]}|`, shifted(witness, [0, 1]), randomScalar),
  );
  const whole = `${statement}|${texts.join(",")}`;
  const total = witnesses.slice(Number(question.blank)).reduce(
    (sum, witness) => ({
      randomness: sum.randomness + witness.randomness,
      plaintext: sum.plaintext + witness.plaintext,
    }),
    { randomness: 0n, plaintext: 0n },
  );
  if (!question.blank) {
    const sumPrefix = `${INTERVAL}${whole}|${product(group, choices).text(group)}|`;
    const sumProof = proveOneEmpty(group, key, sumPrefix, shifted(total, question.sums), randomScalar);
    return new Answer(choices, individual, sumProof, null);
  }
  const branches = [...shifted(witnesses[0], [1]), ...shifted(total, question.sums)];
  const overall = proveOneEmpty(group, key, `${OVERALL_WITH_BLANK}${whole}|`, branches, randomScalar);
  const blank = proveOneEmpty(group, key, `${BLANK_OR_NOT}${whole}|`, [witnesses[0], total], randomScalar);
  return new Answer(choices, individual, overall, blank);
}

/** Throws InvalidProof: proof.individual, proof.overall, proof.blank. */
export function checkAnswer(election, question, credential, answer) {
  const { group, publicKey: key } = election;
  const texts = answer.choices.map((choice) => choice.text(group));
  const statement = `${election.fingerprint}|${credential}`;
  answer.choices.forEach((choice, place) => {
    const prefix = `${INTERVAL}${statement}|${texts[place]}|`;
    if (!oneIsEmpty(group, key, prefix, claims(group, choice, [0, 1]), answer.individualProofs[place])) {
      throw new InvalidProof("proof.individual", "a choice is not proved to be 0 or 1");
    }
  });
  const whole = `${statement}|${texts.join(",")}`;
  const total = product(group, answer.choices.slice(Number(question.blank)));
  let branches = claims(group, total, question.sums);
  let prefix = `${INTERVAL}${whole}|${total.text(group)}|`;
  if (answer.blankProof !== null) {
    const [first] = answer.choices;
    branches = [...claims(group, first, [1]), ...branches];
    prefix = `${OVERALL_WITH_BLANK}${whole}|`;
    if (!oneIsEmpty(group, key, `${BLANK_OR_NOT}${whole}|`, [first, total], answer.blankProof)) {
      throw new InvalidProof("proof.blank", "a blank vote beside a choice is not excluded");
    }
  }
  if (!oneIsEmpty(group, key, prefix, branches, answer.overallProof)) {
    throw new InvalidProof("proof.overall", "the number of choices is not proved to be allowed");
  }
}

function shifted(witness, values) {
  return values.map((value) => ({
    randomness: witness.randomness,
    plaintext: witness.plaintext - BigInt(value),
  }));
}

/** One branch per value that the ciphertext may encrypt. */
function claims(group, { alpha, beta }, values) {
  return values.map((value) => ({
    alpha,
    beta: value === 0 ? beta : group.divide(beta, group.vartimePower(group.generator, BigInt(value))),
  }));
}

function encodeProofs(proofs) {
  return proofs.map((proof) => proof.encode());
}

function decodeProofs(group, value) {
  return array(value).map((item) => decodeProof(group, item));
}
