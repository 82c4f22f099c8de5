/**
 * Messages between members of a ceremony: signed by the sender, encrypted to the recipient's key; mirrors
 * crypto/sealed_message.py.
 *
 * Source: Belenios specification, section "Key generation messages", in the form of 3.1 and later (AES-256-GCM).
 */

import {
  compact,
  decodeUtf8,
  fromHex,
  members,
  parseCompact,
  sha256,
  string,
  toHex,
  utf8,
} from "../booth/encoding.mjs";
import { InvalidProof, Malformed } from "../booth/errors.mjs";
import { checkMessage, decodeSignedMessage, signMessage } from "./signing.mjs";

export const ALGORITHM = "AES-GCM";
const HEX = /^(?:[0-9a-f]{2})+$/;

/** `encrypted_msg` as JSON text. Draws three scalars: signature nonce, r, and k of the one-time element g^k. */
export async function sealMessage(group, senderKey, recipient, message, randomScalar) {
  const content = decodeUtf8(
    compact({ recipient: group.encode(recipient), message: decodeUtf8(compact(message)) }),
  );
  const signed = signMessage(group, senderKey, content, randomScalar);
  const nonce = randomScalar();
  const oneTime = group.generatorPower(randomScalar());
  const alpha = group.generatorPower(nonce);
  const beta = group.multiply(group.power(recipient, nonce), oneTime);
  const { key, iv } = await keyAndIv(group, oneTime, alpha);
  const data = await globalThis.crypto.subtle.encrypt({ name: ALGORITHM, iv }, key, signed.raw);
  return decodeUtf8(
    compact({
      algorithm: ALGORITHM,
      alpha: group.encode(alpha),
      beta: group.encode(beta),
      data: toHex(new Uint8Array(data)),
    }),
  );
}

/**
 * The message of this sender to the holder of `recipientKey`.
 *
 * Throws Malformed, or InvalidProof: seal.broken (not to this key, or changed), seal.recipient, trustee.signature.
 */
export async function openMessage(group, recipientKey, sender, text) {
  const { alpha, beta, data } = decode(group, text);
  const oneTime = group.divide(beta, group.power(alpha, recipientKey));
  const { key, iv } = await keyAndIv(group, oneTime, alpha);
  let raw = null;
  try {
    raw = new Uint8Array(await globalThis.crypto.subtle.decrypt({ name: ALGORITHM, iv }, key, data));
  } catch {
    throw new InvalidProof("seal.broken", "an encrypted message cannot be opened with this key");
  }
  return messageInside(group, group.generatorPower(recipientKey), sender, raw);
}

function messageInside(group, recipient, sender, raw) {
  const signed = decodeSignedMessage(group, parseCompact(raw));
  checkMessage(group, sender, signed);
  const content = members(parseCompact(utf8(signed.message)), ["recipient", "message"]);
  if (content.recipient !== group.encode(recipient)) {
    throw new InvalidProof("seal.recipient", "a signed message was written to somebody else");
  }
  return parseCompact(utf8(string(content.message)));
}

function decode(group, text) {
  const value = members(parseCompact(utf8(text)), ["algorithm", "alpha", "beta", "data"]);
  if (value.algorithm !== ALGORITHM) throw new Malformed("seal.algorithm", `${ALGORITHM} was expected`);
  if (!HEX.test(string(value.data))) throw new Malformed("seal.data", "lower-case hexadecimal digits were expected");
  return { alpha: group.decode(value.alpha), beta: group.decode(value.beta), data: fromHex(value.data) };
}

async function keyAndIv(group, oneTime, alpha) {
  const raw = sha256(utf8(`key|${group.encode(oneTime)}`));
  const key = await globalThis.crypto.subtle.importKey("raw", raw, ALGORITHM, false, ["encrypt", "decrypt"]);
  return { key, iv: sha256(utf8(`iv|${group.encode(alpha)}`)) };
}
