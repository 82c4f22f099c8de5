/**
 * The order statement: beside each ballot its voter signs which ballot of hers it is and which one it follows; mirrors
 * crypto/order.py.
 *
 * Source: DESIGN.md section 2, "Order"; crypto/PROTOCOL.md section 6.
 */

import { compact, hexDigest, integer, members, parseCompact, sha256, toHex, utf8 } from "./encoding.mjs";
import { InvalidProof, Malformed } from "./errors.mjs";
import { decodeProof, keyProofHolds, proveKey } from "./proof.mjs";
import { hashToField, ORDER } from "./transcript.mjs";

export const FIRST = new Uint8Array(32); // stands for "no ballot before this one"
export const STATEMENT_LIMIT = 4096;
export const SEQUENCE_LIMIT = 1_000_000;

/** `key` is the voting key, `previous` the digest of this credential's last ballot or FIRST. Draws one scalar. */
export function signOrder(election, key, sequence, previous, ballotDigest, randomScalar = null) {
  const { group } = election;
  const credential = group.encode(group.generatorPower(key));
  const draw = randomScalar ?? (() => group.randomScalar());
  const proof = proveKey(group, key, challengeOf(election, credential, sequence, previous, ballotDigest), draw);
  const raw = compact({
    credential,
    sequence,
    previous: toHex(previous),
    ballot: toHex(ballotDigest),
    proof: proof.encode(),
  });
  decodeOrder(raw, group);
  return raw;
}

/**
 * Read a statement: raw, credential, credentialText, sequence (counts this credential's ballots from 0), previous,
 * ballot, proof, digest (SHA-256 of the bytes, which stands in the log).
 *
 * Throws Malformed: order.previous, json.…, digest.spelling, point.…, scalar.noncanonical.
 */
export function decodeOrder(raw, group) {
  const value = parseCompact(raw, { sizeLimit: STATEMENT_LIMIT });
  members(value, ["credential", "sequence", "previous", "ballot", "proof"]);
  const sequence = integer(value.sequence, { largest: SEQUENCE_LIMIT });
  const previous = hexDigest(value.previous);
  if ((sequence === 0) !== previous.every((byte) => byte === 0)) {
    throw new Malformed("order.previous", "the first ballot, and only the first, follows none");
  }
  return Object.freeze({
    raw,
    sequence,
    previous,
    ballot: hexDigest(value.ballot),
    proof: decodeProof(group, value.proof),
    credential: group.decode(value.credential),
    credentialText: value.credential,
    digest: sha256(raw),
  });
}

/** Throws InvalidProof (order.signature). */
export function checkOrder(statement, election) {
  const { credentialText, sequence, previous, ballot } = statement;
  const challenge = challengeOf(election, credentialText, sequence, previous, ballot);
  if (!keyProofHolds(election.group, statement.credential, challenge, statement.proof)) {
    throw new InvalidProof("order.signature", "the order statement is not signed by its credential");
  }
}

function challengeOf(election, credential, sequence, previous, ballot) {
  const { group } = election;
  const parts = [group.name, election.fingerprint, credential, String(sequence)].map(utf8);
  return (commitment) => hashToField(group, ORDER, ...parts, previous, ballot, utf8(group.encode(commitment)));
}
