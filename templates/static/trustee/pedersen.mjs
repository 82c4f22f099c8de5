/**
 * One trustee's key, and a group of trustees who hold one key together; mirrors crypto/pedersen.py.
 *
 * Reading gives well-formed values; the checks prove that the public keys are what the polynomials make of them.
 *
 * Source: Belenios specification, section "Trustees", in the 3.x form (context, signatures, signature).
 */

import { array, compact, decodeUtf8, integer, members, parseJson, sha256, string, utf8 } from "../booth/encoding.mjs";
import { InvalidProof, Malformed } from "../booth/errors.mjs";
import { decodeProof } from "../booth/proof.mjs";
import { CERTIFICATES, SIGNED_MESSAGE } from "../booth/transcript.mjs";
import { checkKnowledge, checkMessage, checkText, decodeSignedMessage } from "./signing.mjs";

export const MOST_MEMBERS = 100;

/** Source: Belenios specification, section "Pedersen", paragraph "Check". */
export function checkPedersen(group, item) {
  checkCertificates(group, item.certificates, item.threshold);
  item.certificates.forEach((certificate, place) => {
    const coefficients = item.coefficients[place];
    checkCoefficients(group, certificate, coefficients);
    const text = certificatesText(group, item.certificates, coefficients);
    checkText(group, certificate.verification, text, item.signatures[place]);
  });
  item.certificates.forEach((certificate, place) => {
    checkMemberKey(group, item.coefficients, certificate, item.keys[place]);
  });
}

/** Context, own signature, and nobody twice. Throws InvalidProof. */
export function checkCertificates(group, certificates, threshold) {
  const keys = new Set();
  certificates.forEach((certificate, place) => {
    const { size, index } = certificate;
    if (size !== certificates.length || certificate.threshold !== threshold || index !== place + 1) {
      throw new InvalidProof("trustees.context", `certificate ${place + 1} was made for another place or threshold`);
    }
    checkMessage(group, certificate.verification, certificate.signed);
    keys.add(group.encode(certificate.verification)).add(group.encode(certificate.encryption));
  });
  if (keys.size !== 2 * certificates.length) {
    throw new InvalidProof("trustees.duplicate", "a key occurs in two certificates");
  }
}

/** Degree and signature. Throws InvalidProof (trustees.degree, trustee.signature). */
export function checkCoefficients(group, certificate, coefficients) {
  if (coefficients.elements.length !== certificate.threshold) {
    throw new InvalidProof("trustees.degree", `the polynomial of member ${certificate.index} has another degree`);
  }
  checkMessage(group, certificate.verification, coefficients.signed);
}

/** That a member's public key is g to the sum of its shares. Throws InvalidProof. */
export function checkMemberKey(group, coefficients, certificate, key) {
  if (!group.equal(key.publicKey, shareImage(group, coefficients, certificate.index))) {
    throw new InvalidProof("trustees.share", `the key of member ${certificate.index} is not what the polynomials give`);
  }
  checkKnowledge(group, key.publicKey, key.pok);
  if (key.signature === null) {
    throw new InvalidProof("trustees.old_form", "the trustees are in the form of older releases, without signature");
  }
  checkText(group, certificate.verification, keyText(group, key.publicKey), key.signature);
}

/** g^(sum over i of f_i(index)). */
export function shareImage(group, coefficients, index) {
  return group.product(coefficients.map(({ elements }) => polynomialImage(group, elements, index)));
}

/** g^f(index) from g^a_0 … g^a_(t-1), by Horner's rule in the exponent. */
export function polynomialImage(group, elements, index) {
  let image = group.identity;
  for (const element of elements.toReversed()) {
    image = group.multiply(group.vartimePower(image, BigInt(index)), element);
  }
  return image;
}

/** The hash prefix under which a member signs all certificates with its own polynomial. */
export function certificatesText(group, certificates, coefficients) {
  const value = {
    certs: certificates.map(({ signed }) => signed.encode()),
    coefexps: coefficients.elements.map((element) => group.encode(element)),
  };
  return `${SIGNED_MESSAGE}${CERTIFICATES}${decodeUtf8(compact(value))}|`;
}

/** The hash prefix under which a member signs its public key. */
export function keyText(group, publicKey) {
  return `${SIGNED_MESSAGE}${group.encode(publicKey)}|`;
}

/** {publicKey, pok, signature, name}; the last two may be null. */
export function decodePublicKey(group, value) {
  members(value, ["pok", "public_key"], ["signature", "name"]);
  return Object.freeze({
    publicKey: group.decode(value.public_key),
    pok: decodeProof(group, value.pok),
    signature: value.signature === undefined ? null : decodeProof(group, value.signature),
    name: value.name === undefined ? null : string(value.name, { longest: 200 }),
  });
}

/** {signed, size, threshold, index, verification, encryption, digest}. */
export function decodeCertificate(group, value) {
  const signed = decodeSignedMessage(group, value);
  const message = parseJson(utf8(signed.message));
  if (message !== null && typeof message === "object" && !("context" in message)) {
    throw new Malformed("trustees.old_form", "the trustees are in the form of older releases, without context");
  }
  members(message, ["context", "verification", "encryption"]);
  const context = members(message.context, ["group", "size", "threshold", "index"]);
  if (context.group !== group.name) {
    throw new Malformed("trustees.context", "a certificate was made for another group");
  }
  const size = integer(context.size, { smallest: 1, largest: MOST_MEMBERS });
  return Object.freeze({
    signed,
    size,
    threshold: integer(context.threshold, { smallest: 1, largest: size }),
    index: integer(context.index, { smallest: 1, largest: size }),
    verification: group.decode(message.verification),
    encryption: group.decode(message.encryption),
    digest: sha256(signed.raw),
  });
}

/** {signed, elements}: a member's polynomial in the exponent. */
export function decodeCoefficients(group, value) {
  const signed = decodeSignedMessage(group, value);
  const message = members(parseJson(utf8(signed.message)), ["coefexps"]);
  const elements = array(message.coefexps, { longest: MOST_MEMBERS });
  if (elements.length === 0) throw new Malformed("trustees.degree", "a polynomial without coefficients");
  return Object.freeze({ signed, elements: elements.map((element) => group.decode(element)) });
}

/** {threshold, certificates, coefficients, signatures, keys}. */
export function decodePedersen(group, content) {
  if (content === null || typeof content !== "object" || Array.isArray(content)) {
    throw new Malformed("json.shape", "an object was expected");
  }
  const certificates = array(content.certs, { longest: MOST_MEMBERS }).map((item) => decodeCertificate(group, item));
  if (!("signatures" in content)) {
    throw new Malformed("trustees.old_form", "the trustees are in the form of older releases, without signatures");
  }
  members(content, ["threshold", "certs", "coefexps", "signatures", "verification_keys"]);
  const length = certificates.length;
  return Object.freeze({
    threshold: integer(content.threshold, { smallest: 1, largest: length }),
    certificates,
    coefficients: array(content.coefexps, { length }).map((item) => decodeCoefficients(group, item)),
    signatures: array(content.signatures, { length }).map((item) => decodeProof(group, item)),
    keys: array(content.verification_keys, { length }).map((item) => decodePublicKey(group, item)),
  });
}
