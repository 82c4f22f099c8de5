/**
 * The messages of a key ceremony that members read: their forms and the checks anybody can make; mirrors
 * crypto/ceremony_messages.py.
 *
 * A ceremony has one frame (identifier, group, threshold, size); a message for another frame fails its check. Flaws
 * that are one member's doing come as `BadShare` with that member's index.
 *
 * Source: Belenios specification, section "Trustees"; crypto/PROTOCOL.md section 8.
 */

import {
  array,
  compact,
  concat,
  hexDigest,
  integer,
  members,
  numberToBytes,
  parseCompact,
  sameBytes,
  sha256,
  string,
  toHex,
  utf8,
} from "../booth/encoding.mjs";
import { Flaw, InvalidProof, Malformed } from "../booth/errors.mjs";
import { decodeProof } from "../booth/proof.mjs";
import { CEREMONY_COMMITMENT, CEREMONY_SIGNATURE } from "../booth/transcript.mjs";
import {
  certificatesText,
  checkCertificates,
  checkCoefficients,
  decodeCoefficients,
  polynomialImage,
} from "./pedersen.mjs";
import { checkStatement, checkText } from "./signing.mjs";

const IDENTIFIER = /^[0-9a-f]{32}$/;
const REASON = /^[a-z_]{1,30}\.[a-z_]{1,30}$/;
const SIZE_LIMIT = 4 * 1024 * 1024; // bytes of an inbox

/** A message of member `against` is wrong; the ceremony ends with that name. */
export class BadShare extends InvalidProof {
  constructor(against, code, sentence) {
    super(code, `member ${against}: ${sentence}`);
    this.against = against;
  }
}

/** What the ceremony-opened entry fixes. */
export class Ceremony {
  constructor(identifier, group, threshold, size) {
    if (!IDENTIFIER.test(identifier)) {
      throw new Malformed("ceremony.identifier", "32 lower-case hexadecimal digits were expected");
    }
    if (!(threshold >= 1 && threshold <= size && size <= 100)) {
      throw new Malformed("ceremony.threshold", "1 to 100 members and a threshold among them were expected");
    }
    Object.assign(this, { identifier, group, threshold, size });
    Object.freeze(this);
  }
}

/** A member's promise of a polynomial; `certificate` and `commitment` are SHA-256 digests. */
export class CommitmentStatement {
  constructor(ceremony, index, certificate, commitment, signature) {
    Object.assign(this, { ceremony, index, certificate, commitment, signature });
    Object.freeze(this);
  }

  get raw() {
    return compact({
      ceremony: this.ceremony,
      index: this.index,
      certificate: toHex(this.certificate),
      commitment: toHex(this.commitment),
      signature: this.signature.encode(),
    });
  }
}

/** g^f(j) = product of A_k^(j^k). Throws InvalidProof (share.wrong). */
export function checkShare(group, index, secret, coefficients) {
  if (!group.equal(group.generatorPower(secret), polynomialImage(group, coefficients.elements, index))) {
    throw new InvalidProof("share.wrong", "the share does not lie on the polynomial that was published");
  }
}

/** SHA-256 over length-prefixed tag, ceremony, index, digest of the certificate, message of the coefficients. */
export function commitmentDigest(ceremony, index, certificate, coefficients) {
  const parts = [CEREMONY_COMMITMENT, utf8(ceremony.identifier), utf8(String(index)), certificate, utf8(coefficients)];
  return sha256(concat(...parts.flatMap((part) => [numberToBytes(BigInt(part.length), 8), part])));
}

export function statementParts(ceremony, index, certificate, commitment) {
  return [utf8(ceremony.identifier), utf8(String(index)), certificate, commitment];
}

/** Throws Malformed (complaint.reason) unless the reason is a code such as share.wrong. */
export function complaintParts(ceremony, index, against, reason) {
  if (!REASON.test(reason)) throw new Malformed("complaint.reason", "a reason is a code such as share.wrong");
  return [utf8(ceremony.identifier), utf8(String(index)), utf8(String(against)), utf8(reason)];
}

export function decodeStatement(raw, group) {
  const value = members(parseCompact(raw), ["ceremony", "index", "certificate", "commitment", "signature"]);
  return new CommitmentStatement(
    string(value.ceremony),
    integer(value.index, { smallest: 1, largest: 100 }),
    hexDigest(value.certificate),
    hexDigest(value.commitment),
    decodeProof(group, value.signature),
  );
}

/** Throws BadShare (commitment.frame, statement.signature). */
export function checkCommitment(ceremony, certificate, statement) {
  accuse(certificate.index, () => {
    if (
      statement.ceremony !== ceremony.identifier ||
      statement.index !== certificate.index ||
      !sameBytes(statement.certificate, certificate.digest)
    ) {
      throw new InvalidProof("commitment.frame", "the commitment is for another ceremony, place or certificate");
    }
    const parts = statementParts(ceremony, statement.index, statement.certificate, statement.commitment);
    checkStatement(ceremony.group, certificate.verification, CEREMONY_SIGNATURE, parts, statement.signature);
  });
}

/** That the polynomial is the one committed to. Throws BadShare (commitment.opening, trustees.degree, …). */
export function checkOpening(ceremony, certificate, statement, coefficients) {
  accuse(certificate.index, () => {
    checkCoefficients(ceremony.group, certificate, coefficients);
    const { message } = coefficients.signed;
    const digest = commitmentDigest(ceremony, certificate.index, certificate.digest, message);
    if (!sameBytes(digest, statement.commitment)) {
      throw new InvalidProof("commitment.opening", "the polynomial is not the one that was committed to");
    }
  });
}

/** All that is public before the shares. Throws InvalidProof, or BadShare where one member is to blame. */
export function checkAllOpenings(ceremony, certificates, statements, coefficients, signatures) {
  if ([certificates, statements, coefficients, signatures].some((messages) => messages.length !== ceremony.size)) {
    throw new InvalidProof("ceremony.size", `messages of ${ceremony.size} members were expected`);
  }
  checkCertificates(ceremony.group, certificates, ceremony.threshold);
  certificates.forEach((certificate, place) => {
    checkCommitment(ceremony, certificate, statements[place]);
    checkOpening(ceremony, certificate, statements[place], coefficients[place]);
    accuse(certificate.index, () => {
      const text = certificatesText(ceremony.group, certificates, coefficients[place]);
      checkText(ceremony.group, certificate.verification, text, signatures[place]);
    });
  });
}

/** A member's `vinput`: {sealed, secrets, coefficients, signatures}. */
export function decodeInbox(ceremony, raw) {
  const value = parseCompact(raw, { sizeLimit: SIZE_LIMIT });
  members(value, ["polynomial", "secrets", "coefexps", "signatures"]);
  const { group, size: length } = ceremony;
  return Object.freeze({
    sealed: string(value.polynomial),
    secrets: array(value.secrets, { length }).map((secret) => string(secret)),
    coefficients: array(value.coefexps, { length }).map((item) => decodeCoefficients(group, item)),
    signatures: array(value.signatures, { length }).map((item) => decodeProof(group, item)),
  });
}

/** Run `act`; every flaw inside is the doing of member `index`. Works for promises too. */
export function accuse(index, act) {
  const blame = (flaw) => {
    if (flaw instanceof Flaw && !(flaw instanceof BadShare)) throw new BadShare(index, flaw.code, flaw.sentence);
    throw flaw;
  };
  try {
    const value = act();
    return value instanceof Promise ? value.catch(blame) : value;
  } catch (flaw) {
    return blame(flaw);
  }
}
