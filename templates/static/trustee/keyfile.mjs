/**
 * A trustee's key file: what the device keeps, sealed with a passphrase; the same form as `kalpi trustee` writes.
 *
 * {"kalpi_trustee_key":1,"ceremony","referendum","index","kdf":{"name":"scrypt","n","r","p","salt"},"nonce","data"}:
 * data is AES-256-GCM over compact JSON {"seed","share"?}, the share in decimal. Nothing here leaves the device.
 *
 * Source: RFC 7914 (scrypt), NIST SP 800-38D.
 */

import { scryptAsync } from "@noble/hashes/scrypt.js";
import { b64, compact, decodeUtf8, integer, members, parseJson, string, utf8 } from "../booth/encoding.mjs";
import { Malformed } from "../booth/errors.mjs";

const ADDITIONAL_DATA = utf8("kalpi-trustee-key-v1");
const KDF = { name: "scrypt", n: 65536, r: 8, p: 1 };
const SIZE_LIMIT = 16 * 1024;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Shorter passphrases are refused when a file is made; a passphrase opens what it sealed whatever its length. */
export const SHORTEST_PASSPHRASE = 12;

/** The text of a key file. `secret` is {seed, share?}; `onProgress` is told shares of one. */
export async function sealKeyFile({ ceremony, referendum, index, secret }, passphrase, onProgress = () => {}) {
  const salt = globalThis.crypto.getRandomValues(new Uint8Array(16));
  const nonce = globalThis.crypto.getRandomValues(new Uint8Array(12));
  const key = await deriveKey(passphrase, { ...KDF, salt }, onProgress);
  const plain = compact(secret.share === undefined ? { seed: secret.seed } : { seed: secret.seed, share: secret.share });
  const data = await globalThis.crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: ADDITIONAL_DATA },
    key,
    plain,
  );
  const file = {
    kalpi_trustee_key: 1,
    ceremony,
    referendum,
    index,
    kdf: { ...KDF, salt: b64(salt) },
    nonce: b64(nonce),
    data: b64(new Uint8Array(data)),
  };
  return decodeUtf8(compact(file));
}

/** {ceremony, referendum, index, secret}. Throws Malformed: key.file (not such a file), key.passphrase. */
export async function openKeyFile(text, passphrase, onProgress = () => {}) {
  const file = readKeyFile(text);
  const key = await deriveKey(passphrase, file.kdf, onProgress);
  let plain = null;
  try {
    plain = await globalThis.crypto.subtle.decrypt(
      { name: "AES-GCM", iv: file.nonce, additionalData: ADDITIONAL_DATA },
      key,
      file.data,
    );
  } catch {
    throw new Malformed("key.passphrase", "this passphrase does not open the key file");
  }
  const secret = members(parseJson(new Uint8Array(plain)), ["seed"], ["share"]);
  return { ceremony: file.ceremony, referendum: file.referendum, index: file.index, secret };
}

function readKeyFile(text) {
  try {
    const value = members(parseJson(utf8(text.trim()), { sizeLimit: SIZE_LIMIT }), [
      "kalpi_trustee_key",
      "ceremony",
      "referendum",
      "index",
      "kdf",
      "nonce",
      "data",
    ]);
    const kdf = members(value.kdf, ["name", "n", "r", "p", "salt"]);
    if (value.kalpi_trustee_key !== 1 || kdf.name !== KDF.name || kdf.n !== KDF.n || kdf.r !== KDF.r || kdf.p !== KDF.p) {
      throw new Malformed("key.file", "a key file of this version was expected");
    }
    return {
      ceremony: string(value.ceremony),
      referendum: string(value.referendum),
      index: integer(value.index, { smallest: 1, largest: 255 }),
      kdf: { ...KDF, salt: fromLooseB64(kdf.salt) },
      nonce: fromLooseB64(value.nonce),
      data: fromLooseB64(value.data),
    };
  } catch (flaw) {
    if (flaw instanceof Malformed) throw new Malformed("key.file", "this is not a trustee's key file");
    throw flaw;
  }
}

function fromLooseB64(text) {
  if (typeof text !== "string" || !BASE64.test(text)) throw new Malformed("key.file", "base64 was expected");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

async function deriveKey(passphrase, { n, r, p, salt }, onProgress) {
  // NFKC, so that a passphrase typed on another keyboard spells the same bytes.
  const password = utf8(passphrase.normalize("NFKC"));
  const raw = await scryptAsync(password, salt, { N: n, r, p, dkLen: 32, onProgress });
  return globalThis.crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}
