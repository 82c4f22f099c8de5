/**
 * Schnorr statements about a trustee's key; mirrors crypto/signing.py.
 *
 * All have response = w - secret * challenge, and the verifier recomputes the commitment as g^response * X^challenge.
 *
 * Source: Belenios specification, section "Trustees"; for `signStatement`, crypto/PROTOCOL.md section 8.
 */

import { compact, members, string, utf8 } from "../booth/encoding.mjs";
import { InvalidProof } from "../booth/errors.mjs";
import { decodeProof, Proof } from "../booth/proof.mjs";
import { challenge, hashToField, KNOWLEDGE_OF_KEY, SIGNED_MESSAGE } from "../booth/transcript.mjs";

/** `message` is compact JSON in a string. */
export class SignedMessage {
  constructor(message, signature) {
    this.message = message;
    this.signature = signature;
    Object.freeze(this);
  }

  encode() {
    return { message: this.message, signature: this.signature.encode() };
  }

  get raw() {
    return compact(this.encode());
  }
}

export function decodeSignedMessage(group, value) {
  members(value, ["message", "signature"]);
  return new SignedMessage(string(value.message), decodeProof(group, value.signature));
}

/** The `pok` of a trustee's public key. Draws one scalar. */
export function proveKnowledge(group, key, randomScalar) {
  const nonce = randomScalar();
  const prefix = knowledge(group, group.generatorPower(key));
  return respond(group, key, nonce, challenge(group, prefix, [group.generatorPower(nonce)]));
}

/** Throws InvalidProof (trustee.knowledge). */
export function checkKnowledge(group, publicKey, proof) {
  if (challenge(group, knowledge(group, publicKey), [commitment(group, publicKey, proof)]) !== proof.challenge) {
    throw new InvalidProof("trustee.knowledge", "the proof of knowledge of a trustee's key does not hold");
  }
}

/** Draws one scalar. */
export function signMessage(group, key, message, randomScalar) {
  return new SignedMessage(message, signText(group, key, `${SIGNED_MESSAGE}${message}|`, randomScalar));
}

/** Throws InvalidProof (trustee.signature). */
export function checkMessage(group, publicKey, signed) {
  checkText(group, publicKey, `${SIGNED_MESSAGE}${signed.message}|`, signed.signature);
}

/** A Belenios signature, its whole hash prefix given. Draws one scalar. */
export function signText(group, key, prefix, randomScalar) {
  const nonce = randomScalar();
  return respond(group, key, nonce, challenge(group, prefix, [group.generatorPower(nonce)]));
}

/** Throws InvalidProof (trustee.signature). */
export function checkText(group, publicKey, prefix, proof) {
  if (challenge(group, prefix, [commitment(group, publicKey, proof)]) !== proof.challenge) {
    throw new InvalidProof("trustee.signature", "a trustee's signature does not hold");
  }
}

/** Sign length-prefixed parts under one of our tags, the key inside the challenge. Draws one scalar. */
export function signStatement(group, key, tag, parts, randomScalar) {
  const nonce = randomScalar();
  const value = statement(group, group.generatorPower(key), tag, parts, group.generatorPower(nonce));
  return respond(group, key, nonce, value);
}

/** Throws InvalidProof (statement.signature). */
export function checkStatement(group, publicKey, tag, parts, proof) {
  if (statement(group, publicKey, tag, parts, commitment(group, publicKey, proof)) !== proof.challenge) {
    throw new InvalidProof("statement.signature", "the signature of a statement does not hold");
  }
}

function statement(group, publicKey, tag, parts, point) {
  const key = utf8(group.encode(publicKey));
  return hashToField(group, tag, utf8(group.name), key, ...parts, utf8(group.encode(point)));
}

function knowledge(group, publicKey) {
  return `${KNOWLEDGE_OF_KEY}${group.name}|${group.encode(publicKey)}|`;
}

function respond(group, key, nonce, value) {
  return new Proof(value, group.reduce(nonce - key * value));
}

function commitment(group, publicKey, proof) {
  return group.multiply(group.generatorPower(proof.response), group.vartimePower(publicKey, proof.challenge));
}
