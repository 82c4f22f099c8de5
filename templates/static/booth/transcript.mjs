/**
 * Every Fiat-Shamir label and domain separator of the vote, on one page; mirrors crypto/transcript.py.
 *
 * Belenios's own statements use `challenge` with its textual prefixes; ours use `hashToField`: length-prefixed parts,
 * RFC 9380. crypto/PROTOCOL.md says what each proves.
 */

import { bytesToNumber, concat, numberToBytes, sha256, utf8 } from "./encoding.mjs";

// Belenios, crypto version 1
export const KNOWLEDGE_OF_KEY = "pok|";
export const SIGNED_MESSAGE = "sigmsg|";
export const CERTIFICATES = "certs_sig|";
export const INTERVAL = "prove|";
export const BLANK_OR_NOT = "bproof0|";
export const OVERALL_WITH_BLANK = "bproof1|";
export const BALLOT_SIGNATURE = "sig|";
export const DECRYPTION = "decrypt|";

// ours, rules version 1
export const CARD = utf8("kalpi-card-v1");
export const CREDENTIAL = utf8("kalpi-credential-v1");
export const ORDER = utf8("kalpi-order-v1");
export const STRONG_DECRYPTION = utf8("kalpi-decryption-v1");
export const CEREMONY_COMMITMENT = utf8("kalpi-ceremony-commitment-v1");
export const CEREMONY_SIGNATURE = utf8("kalpi-ceremony-signature-v1");
export const CEREMONY_POLYNOMIAL = utf8("kalpi-ceremony-polynomial-v1");
export const CEREMONY_COMPLAINT = utf8("kalpi-ceremony-complaint-v1");

/** H(prefix, [A1, ...]) of the Belenios specification: int(SHA-256(prefix || A1,A2,...)) mod q. */
export function challenge(group, prefix, commitments) {
  const text = prefix + Array.from(commitments, (element) => group.encode(element)).join(",");
  return bytesToNumber(sha256(utf8(text))) % group.order;
}

/**
 * An exponent in [0, q) from length-prefixed parts (bytes); `tag` is the domain separation tag.
 *
 * Source: RFC 9380 section 5.2 (hash_to_field, count 1, degree 1) over expand_message_xmd with SHA-256, L = 48 bytes.
 * Each part is preceded by its length in 8 bytes, big endian.
 */
export function hashToField(group, tag, ...parts) {
  const message = concat(...parts.flatMap((part) => [numberToBytes(BigInt(part.length), 8), part]));
  return bytesToNumber(expandMessageXmd(message, tag, group.hashLength)) % group.order;
}

/** Source: RFC 9380 section 5.3.1, SHA-256. `tag` has 1 to 255 bytes, `length` at most 255 * 32. */
export function expandMessageXmd(message, tag, length) {
  if (tag.length < 1 || tag.length > 255 || length < 1 || length > 255 * 32) {
    throw new RangeError("tag or length out of range");
  }
  const tagPrime = concat(tag, Uint8Array.of(tag.length));
  const first = sha256(
    concat(new Uint8Array(64), message, numberToBytes(BigInt(length), 2), Uint8Array.of(0), tagPrime),
  );
  let block = sha256(concat(first, Uint8Array.of(1), tagPrime));
  const blocks = [block];
  for (let index = 2; index <= Math.ceil(length / 32); index += 1) {
    const mixed = first.map((byte, place) => byte ^ block[place]);
    block = sha256(concat(mixed, Uint8Array.of(index), tagPrime));
    blocks.push(block);
  }
  return concat(...blocks).slice(0, length);
}
