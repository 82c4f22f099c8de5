/**
 * The ballot: read in its one spelling, then checked against the election it was made for; mirrors crypto/ballot.py.
 *
 * Whether its credential is listed, whether it is a duplicate and which ballot of a voter counts is decided elsewhere.
 *
 * Source: Belenios specification, section "Ballot"; crypto/PROTOCOL.md section 4.
 */

import { checkAnswer, checkShape, decodeAnswer } from "./answer.mjs";
import { BALLOT_LIMIT } from "./election.mjs";
import { array, b64, b64Digest, members, parseCompact, sha256, sha256B64, string } from "./encoding.mjs";
import { InvalidProof, Malformed } from "./errors.mjs";
import { decodeProof, keyProofHolds } from "./proof.mjs";
import { BALLOT_SIGNATURE, challenge } from "./transcript.mjs";

export const FOREIGN_LIMIT = 4 * 1024 * 1024; // bytes of a ballot in an election made by others
export const UNSIGNED_MEMBERS = ["election_uuid", "election_hash", "credential", "answers"];

const SIGNATURE_MEMBER = [...',"signature":'].map((character) => character.charCodeAt(0));

/** A well-formed ballot. Nothing in it is proved before `checkBallot`. */
export class Ballot {
  constructor(fields) {
    Object.assign(this, fields);
    this.digest = sha256(this.raw); // the archive and the log name the ballot by it
    Object.freeze(this);
  }

  /** The same digest as Belenios shows it: base64, 43 characters. */
  get tracker() {
    return b64(this.digest);
  }

  /** The tracking code people see, before casting and after: base64 of the unsigned ballot's SHA-256. */
  get code() {
    return this.signatureHash;
  }
}

/**
 * Read a ballot for this election's questions and group.
 *
 * Throws Malformed: json.… (syntax, size, spelling, members), ballot.shape, proof.shape, scalar.noncanonical,
 * digest.spelling, point.encoding, point.subgroup, point.identity.
 */
export function decodeBallot(raw, election) {
  const value = parseCompact(raw, { sizeLimit: election.rules === null ? FOREIGN_LIMIT : BALLOT_LIMIT });
  members(value, [...UNSIGNED_MEMBERS, "signature"]);
  const answers = array(value.answers);
  if (answers.length !== election.questions.length) {
    throw new Malformed("ballot.shape", `${election.questions.length} answers were expected`);
  }
  election.questions.forEach((question, place) => checkShape(answers[place], question));
  const signature = members(value.signature, ["hash", "proof"]);
  b64Digest(signature.hash);
  b64Digest(value.election_hash);
  const { group } = election;
  return new Ballot({
    raw,
    electionUuid: string(value.election_uuid),
    electionHash: value.election_hash,
    signatureHash: signature.hash,
    proof: decodeProof(group, signature.proof),
    credential: group.decode(value.credential),
    credentialText: value.credential,
    answers: election.questions.map((question, place) => decodeAnswer(answers[place], group, question)),
  });
}

/**
 * Check election, signature and every proof, the cheap ones first.
 *
 * Throws InvalidProof: ballot.election, ballot.signature, proof.individual, proof.overall, proof.blank.
 */
export function checkBallot(ballot, election) {
  checkSignature(ballot, election);
  election.questions.forEach((question, place) =>
    checkAnswer(election, question, ballot.credentialText, ballot.answers[place]),
  );
}

/**
 * Check that the ballot is this election's and that its credential signed it.
 *
 * Throws InvalidProof: ballot.election, ballot.signature.
 */
export function checkSignature(ballot, election) {
  if (ballot.electionUuid !== election.uuid || ballot.electionHash !== election.fingerprint) {
    throw new InvalidProof("ballot.election", "the ballot was made for another election");
  }
  if (sha256B64(unsignedBytes(ballot.raw)) !== ballot.signatureHash) {
    throw new InvalidProof("ballot.signature", "the signed hash is not the hash of this ballot");
  }
  const { group } = election;
  const prefix = `${BALLOT_SIGNATURE}${ballot.signatureHash}|`;
  if (!keyProofHolds(group, ballot.credential, (point) => challenge(group, prefix, [point]), ballot.proof)) {
    throw new InvalidProof("ballot.signature", "the signature does not hold under the ballot's credential");
  }
}

/** A well-formed ballot without its signature, as it was before signing. */
export function unsignedBytes(raw) {
  // Inside a JSON string a quotation mark is escaped, so the last such bytes are the top-level member's name.
  for (let at = raw.length - SIGNATURE_MEMBER.length; at > 0; at -= 1) {
    if (SIGNATURE_MEMBER.every((byte, place) => raw[at + place] === byte)) {
      const unsigned = raw.slice(0, at + 1);
      unsigned[at] = 0x7d; // "}"
      return unsigned;
    }
  }
  throw new RangeError("a ballot without a signature");
}
