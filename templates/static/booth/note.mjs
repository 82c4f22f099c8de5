/**
 * Signed notes: a text and signature lines under it; keys of type 0x01 (Ed25519); mirrors audit/note.py.
 *
 * A line by a key we do not know is skipped, so cosignatures of witnesses can stand in the same note. Keys come from
 * the page, which took them from the opened entry, never from a note.
 *
 * Source: c2sp.org/signed-note v1.0.0.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { concat, decodeUtf8, fromB64, padded64, sha256, toHex, utf8 } from "./encoding.mjs";
import { Flaw, InvalidProof, Malformed } from "./errors.mjs";

export const ED25519 = 1; // the type byte of a plain Ed25519 signature over the note's text
export const SIZE_LIMIT = 256 * 1024; // bytes
export const SIGNATURE_LIMIT = 100; // lines

const DASH = "\u2014 ";
const NAME = /^[^\s\u0000-\u001f+]+$/u;
// Control characters but the newline.
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/; // eslint-disable-line no-control-regex

/** A name and an Ed25519 public key (32 bytes, checked); what configuration and paper carry. */
export class VerifierKey {
  constructor(name, publicKey) {
    this.name = name;
    this.publicKey = publicKey;
    Object.freeze(this);
  }

  /** Four bytes that a signature line repeats. */
  get keyId() {
    return sha256(concat(utf8(`${this.name}\n`), Uint8Array.of(ED25519), this.publicKey)).slice(0, 4);
  }

  /** Throws InvalidProof (note.signature). */
  verify(text, signature) {
    let valid = false;
    try {
      valid = ed25519.verify(signature, utf8(text), this.publicKey, { zip215: false });
    } catch {
      valid = false;
    }
    if (!valid) throw new InvalidProof("note.signature", `the signature of ${this.name} does not verify`);
  }
}

/**
 * Read a vkey of type 0x01. Throws Malformed: vkey.form, vkey.name, vkey.kind, vkey.id, and vkey.point for a key under
 * which anybody could sign.
 */
export function decodeVerifierKey(text) {
  const [, name, keyId, encoded] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text) ?? [];
  if (encoded === undefined || text.length > 4096) {
    throw new Malformed("vkey.form", "name, key ID and key, joined by plus signs, were expected");
  }
  const key = fromB64(encoded);
  if (key.length !== 33 || key[0] !== ED25519) {
    throw new Malformed("vkey.kind", "an Ed25519 key of type 0x01 was expected");
  }
  const verifierKey = new VerifierKey(checkedName(name), checkedPoint(key.slice(1)));
  if (toHex(verifierKey.keyId) !== keyId) throw new Malformed("vkey.id", "the key ID is not that of the name and key");
  return verifierKey;
}

/** Split a note; nothing is verified. Throws Malformed: note.size, note.text, note.form, note.signatures. */
export function decodeNote(raw) {
  if (raw.length > SIZE_LIMIT) {
    throw new Malformed("note.size", `${raw.length} bytes, at most ${SIZE_LIMIT} are accepted`);
  }
  const whole = noteText(raw);
  // The last empty line counts: the text may hold empty lines of its own.
  const cut = whole.lastIndexOf("\n\n");
  const lines = whole.slice(cut + 2);
  if (cut < 0 || lines === "") throw new Malformed("note.form", "a text, an empty line and signatures were expected");
  const signatureLines = lines.slice(0, -1).split("\n");
  if (signatureLines.length > SIGNATURE_LIMIT) {
    throw new Malformed("note.signatures", `more than ${SIGNATURE_LIMIT} signatures`);
  }
  return { text: whole.slice(0, cut + 1), signatures: signatureLines.map(decodeSignature) };
}

/**
 * Read a note of which at least one signature by these keys verifies, and none fails.
 *
 * Throws Malformed as `decodeNote`, InvalidProof: note.unsigned, note.signature.
 */
export function openNote(raw, keys) {
  const note = decodeNote(raw);
  let verified = 0;
  for (const line of note.signatures) {
    const key = keys.find((known) => known.name === line.name && toHex(known.keyId) === toHex(line.keyId));
    if (key === undefined) continue;
    key.verify(note.text, line.signature);
    verified += 1;
  }
  if (verified === 0) throw new InvalidProof("note.unsigned", "no signature by an expected key");
  return note;
}

/** Standard alphabet with padding (RFC 4648 section 4), and its inverse. */
export const encodeBase64 = padded64;
export const decodeBase64 = fromB64;

function decodeSignature(line) {
  const space = line.indexOf(" ", DASH.length);
  if (!line.startsWith(DASH) || space < 0) {
    throw new Malformed("note.form", "a signature line is a dash, a name and base64");
  }
  const signed = fromB64(line.slice(space + 1));
  if (signed.length < 5) throw new Malformed("note.form", "a signature is longer than its key ID");
  return {
    name: checkedName(line.slice(DASH.length, space)),
    keyId: signed.slice(0, 4),
    signature: signed.slice(4),
  };
}

function checkedName(name) {
  if (!NAME.test(name) || utf8(name).length > 255) {
    throw new Malformed("vkey.name", "a key name has 1 to 255 bytes, no space and no plus sign");
  }
  return name;
}

function checkedPoint(publicKey) {
  let point = null;
  try {
    point = ed25519.Point.fromBytes(publicKey, false);
  } catch {
    point = null;
  }
  if (point === null || point.is0() || !point.isTorsionFree()) {
    throw new Malformed("vkey.point", "the key is not a canonical point of the prime-order subgroup");
  }
  return publicKey;
}

function noteText(raw) {
  let text = "";
  try {
    text = decodeUtf8(raw);
  } catch (flaw) {
    if (!(flaw instanceof Flaw)) throw flaw;
    throw new Malformed("note.text", "not UTF-8");
  }
  if (!text.endsWith("\n") || CONTROL.test(text)) {
    throw new Malformed("note.text", "a note ends in a newline and has no other control character");
  }
  return text;
}
