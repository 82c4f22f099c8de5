/**
 * The key ceremony as one member lives it: everything of a member comes from one seed and the ceremony's frame;
 * mirrors crypto/ceremony.py.
 *
 * 1. `makeCertificate`, `makeCommitment`: two keys, and a signed promise of a polynomial nobody sees yet.
 * 2. `makePolynomial`, once all commitments are entries of the log.
 * 3. `checkReceivedShares`: the member's share, or a `BadShare` that names a member; then `makeComplaint`.
 * 4. `makeVoutput`: the member's public key.
 *
 * Source: Belenios specification, section "Trustees"; crypto/PROTOCOL.md section 8.
 */

import { bytesToNumber, compact, decimal, decodeUtf8, members, sha256, utf8 } from "../booth/encoding.mjs";
import { Malformed } from "../booth/errors.mjs";
import { CEREMONY_COMPLAINT, CEREMONY_POLYNOMIAL, CEREMONY_SIGNATURE, hashToField } from "../booth/transcript.mjs";
import {
  accuse,
  checkAllOpenings,
  checkShare,
  CommitmentStatement,
  commitmentDigest,
  complaintParts,
  decodeInbox,
  statementParts,
} from "./ceremony_messages.mjs";
import { certificatesText, decodeCertificate, keyText } from "./pedersen.mjs";
import { openMessage, sealMessage } from "./sealed_message.mjs";
import { proveKnowledge, signMessage, signStatement, signText } from "./signing.mjs";

export const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
export const SEED_LENGTH = 22;

/** A fresh seed: 22 characters of Base58, 128 bits. Bytes of 232 and more are drawn again: no character is likelier. */
export function newSeed() {
  let seed = "";
  const byte = new Uint8Array(1);
  while (seed.length < SEED_LENGTH) {
    globalThis.crypto.getRandomValues(byte);
    if (byte[0] < 4 * 58) seed += BASE58[byte[0] % 58];
  }
  return seed;
}

/** One member's secrets, derived from `seed`; `index` counts from 1. */
export class Member {
  constructor(ceremony, index, seed) {
    if (seed.length !== SEED_LENGTH || [...seed].some((letter) => !BASE58.includes(letter))) {
      throw new Malformed("ceremony.seed", `${SEED_LENGTH} characters of the Base58 alphabet were expected`);
    }
    if (!(index >= 1 && index <= ceremony.size)) throw new Malformed("ceremony.index", `there is no member ${index}`);
    const { group } = ceremony;
    this.ceremony = ceremony;
    this.index = index;
    this.signingKey = derive("sk|", seed) % group.order;
    this.openingKey = derive("dk|", seed) % group.order;
    // The same seed gives the same polynomial, so that what was committed to can always be opened.
    this.polynomial = Array.from({ length: ceremony.threshold }, (_, power) =>
      hashToField(
        group,
        CEREMONY_POLYNOMIAL,
        utf8(seed),
        utf8(ceremony.identifier),
        utf8(String(index)),
        utf8(String(power)),
      ),
    );
  }

  /** f(index) mod q: the share of another member. */
  evaluate(index) {
    let value = 0n;
    for (const coefficient of this.polynomial.toReversed()) {
      value = this.ceremony.group.reduce(value * BigInt(index) + coefficient);
    }
    return value;
  }
}

/** Draws one scalar. */
export function makeCertificate(member, randomScalar = null) {
  const { ceremony } = member;
  const { group } = ceremony;
  const message = {
    context: { group: group.name, size: ceremony.size, threshold: ceremony.threshold, index: member.index },
    verification: group.encode(group.generatorPower(member.signingKey)),
    encryption: group.encode(group.generatorPower(member.openingKey)),
  };
  const signed = signMessage(group, member.signingKey, decodeUtf8(compact(message)), fresh(group, randomScalar));
  return decodeCertificate(group, signed.encode());
}

/** The signed statement line (bytes), without line feed. Draws one scalar. */
export function makeCommitment(member, certificate, randomScalar = null) {
  const { ceremony, index } = member;
  const { group } = ceremony;
  const commitment = commitmentDigest(ceremony, index, certificate.digest, coefficientsText(member));
  const parts = statementParts(ceremony, index, certificate.digest, commitment);
  const draw = fresh(group, randomScalar);
  const signature = signStatement(group, member.signingKey, CEREMONY_SIGNATURE, parts, draw);
  return new CommitmentStatement(ceremony.identifier, index, certificate.digest, commitment, signature).raw;
}

/**
 * The `polynomial` object. `certificates` are all members' in order, already checked.
 *
 * Draws, in this order: three scalars for the polynomial sealed to oneself, three for the share of each member, one
 * for the signature of the coefficients, one for the signature of all certificates.
 */
export async function makePolynomial(member, certificates, randomScalar = null) {
  const { group } = member.ceremony;
  const draw = fresh(group, randomScalar);
  const own = certificates[member.index - 1].encryption;
  const coefficients = member.polynomial.map(String);
  const sealed = await sealMessage(group, member.signingKey, own, { polynomial: coefficients }, draw);
  const secrets = [];
  for (const { encryption, index } of certificates) {
    const secret = String(member.evaluate(index));
    secrets.push(await sealMessage(group, member.signingKey, encryption, { secret }, draw));
  }
  const signed = signMessage(group, member.signingKey, coefficientsText(member), draw);
  const elements = member.polynomial.map((coefficient) => group.generatorPower(coefficient));
  const text = certificatesText(group, certificates, { elements });
  const signature = signText(group, member.signingKey, text, draw);
  return { polynomial: sealed, secrets, coefexps: signed.encode(), signature: signature.encode() };
}

/**
 * Open the `vinput` and return the member's share S_j = sum of f_i(j) mod q.
 *
 * Everything public is checked again, nothing is believed of the server. Throws BadShare when a member is to blame,
 * Malformed or InvalidProof when the inbox itself is wrong.
 */
export async function checkReceivedShares(member, certificates, statements, inbox) {
  const { ceremony } = member;
  const { group } = ceremony;
  const received = decodeInbox(ceremony, inbox);
  checkAllOpenings(ceremony, certificates, statements, received.coefficients, received.signatures);
  let share = 0n;
  for (const [place, sender] of certificates.entries()) {
    share += await accuse(sender.index, async () => {
      const sealed = received.secrets[place];
      const content = await openMessage(group, member.openingKey, sender.verification, sealed);
      const secret = decimal(members(content, ["secret"]).secret, group.order);
      checkShare(group, member.index, secret, received.coefficients[place]);
      return secret;
    });
  }
  return group.reduce(share);
}

/** A signed line that ends the ceremony by name. `reason` is the code of a BadShare. Draws one scalar. */
export function makeComplaint(member, against, reason, randomScalar = null) {
  const { ceremony, index } = member;
  const { group } = ceremony;
  const parts = complaintParts(ceremony, index, against, reason);
  const draw = fresh(group, randomScalar);
  const signature = signStatement(group, member.signingKey, CEREMONY_COMPLAINT, parts, draw);
  return compact({ ceremony: ceremony.identifier, index, against, reason, signature: signature.encode() });
}

/**
 * The `voutput` object. `certificate` is the member's own.
 *
 * Draws three scalars for the share sealed to oneself, one for the proof of knowledge, one for the signature.
 */
export async function makeVoutput(member, certificate, share, name = null, randomScalar = null) {
  const { group } = member.ceremony;
  const draw = fresh(group, randomScalar);
  const content = { decryption_key: String(share) };
  const sealed = await sealMessage(group, member.signingKey, certificate.encryption, content, draw);
  const publicKey = group.generatorPower(share);
  const pok = proveKnowledge(group, share, draw);
  const signature = signText(group, member.signingKey, keyText(group, publicKey), draw);
  const key = { pok: pok.encode(), public_key: group.encode(publicKey), signature: signature.encode() };
  return { private_key: sealed, public_key: name === null ? key : { ...key, name } };
}

function coefficientsText(member) {
  const { group } = member.ceremony;
  const coefexps = member.polynomial.map((coefficient) => group.encode(group.generatorPower(coefficient)));
  return decodeUtf8(compact({ coefexps }));
}

function fresh(group, randomScalar) {
  return randomScalar ?? (() => group.randomScalar());
}

function derive(label, seed) {
  return bytesToNumber(sha256(utf8(label + seed)));
}
