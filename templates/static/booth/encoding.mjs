/**
 * One way in and one way out for everything that is hashed or signed; mirrors crypto/encoding.py.
 *
 * Bytes become a JSON value here or one `Malformed`. JSON.parse alone will not do: it keeps the last of two equal
 * members, rounds long numbers and lets lone surrogates through.
 *
 * Source: RFC 8259, and the Belenios specification ("JSON rules"): compact, UTF-8 raw, fixed member order.
 */

import { sha256 as digest } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { Malformed } from "./errors.mjs";

export const SIZE_LIMIT = 256 * 1024; // bytes
export const DEPTH_LIMIT = 16; // nested arrays and objects
export const DIGITS_LIMIT = 16; // of a bare number; longer integers travel as strings

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?![.eE0-9])/y;
const WORD = /true|false|null/y;
const LONE_SURROGATE = /\p{Surrogate}/u;
const DECIMAL = /^(?:0|[1-9][0-9]*)$/;
const HEX64 = /^[0-9a-f]{64}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Read one JSON value from bytes, in linear time. Objects have no prototype, so "__proto__" is a name like others. */
export function parseJson(raw, { sizeLimit = SIZE_LIMIT, depthLimit = DEPTH_LIMIT } = {}) {
  if (raw.length > sizeLimit) {
    throw new Malformed("json.size", `${raw.length} bytes, at most ${sizeLimit} are accepted`);
  }
  const reader = new Reader(decodeUtf8(raw), depthLimit);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** The bytes that are stored and hashed: no white space, members in the order given, UTF-8 raw. */
export function compact(value) {
  return utf8(JSON.stringify(value));
}

/** Read one JSON value that must already be in its one compact spelling (CR-13). */
export function parseCompact(raw, options) {
  const value = parseJson(raw, options);
  if (!sameBytes(compact(value), raw)) {
    throw new Malformed("json.noncanonical", "the bytes are not the compact spelling of their value");
  }
  return value;
}

/** The object itself, if it has exactly these members in this order, optional ones last or absent. */
export function members(value, required, optional = []) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Malformed("json.shape", `an object with ${required.join(", ")} was expected`);
  }
  const expected = [...required, ...optional.filter((name) => name in value)];
  if (Object.keys(value).join("\n") !== expected.join("\n")) {
    throw new Malformed("json.members", `members ${expected.join(", ")} were expected in this order`);
  }
  return value;
}

export function array(value, { length = null, longest = 1_000_000 } = {}) {
  if (!Array.isArray(value) || value.length > longest || (length !== null && value.length !== length)) {
    throw new Malformed("json.shape", `an array of ${length ?? `at most ${longest}`} was expected`);
  }
  return value;
}

/** `longest` counts characters (code points), as Python does. */
export function string(value, { longest = 65_536 } = {}) {
  if (typeof value !== "string" || (value.length > longest && [...value].length > longest)) {
    throw new Malformed("json.shape", `a string of at most ${longest} characters was expected`);
  }
  return value;
}

/** A JSON number without sign, fraction or exponent. */
export function integer(value, { smallest = 0, largest = Number.MAX_SAFE_INTEGER } = {}) {
  if (!Number.isSafeInteger(value) || value < smallest || value > largest) {
    throw new Malformed("json.shape", `an integer from ${smallest} to ${largest} was expected`);
  }
  return value;
}

/** A decimal string in its one spelling, 0 <= value < below, as a BigInt (CR-10). */
export function decimal(value, below) {
  if (typeof value === "string" && value.length <= 1000 && DECIMAL.test(value)) {
    const number = BigInt(value);
    if (number < below) return number;
  }
  throw new Malformed("scalar.noncanonical", "a decimal number in range, without sign or leading zero, was expected");
}

/** 64 lower-case hexadecimal digits, as 32 bytes. */
export function hexDigest(value) {
  if (typeof value !== "string" || !HEX64.test(value)) {
    throw new Malformed("digest.spelling", "64 lower-case hexadecimal digits were expected");
  }
  return fromHex(value);
}

/** A SHA-256 digest in Belenios's spelling: standard base64 without padding, 43 characters. */
export function b64Digest(value) {
  if (typeof value !== "string" || value.length !== 43) {
    throw new Malformed("digest.spelling", "43 characters of base64 were expected");
  }
  return fromB64(`${value}=`);
}

/** Standard alphabet, no padding. */
export function b64(data) {
  return padded64(data).replace(/=+$/, "");
}

export function sha256(data) {
  return digest(data);
}

export function sha256Hex(data) {
  return toHex(digest(data));
}

export function sha256B64(data) {
  return b64(digest(data));
}

// What Python has built in.

export const utf8 = utf8ToBytes;
export const concat = concatBytes;
export const toHex = bytesToHex;
export const fromHex = hexToBytes;

/** Standard base64 with padding, as signed notes use it. */
export function padded64(data) {
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The inverse of `padded64`; Malformed for anything `padded64` would not have written. */
export function fromB64(text) {
  if (BASE64.test(text)) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    if (padded64(bytes) === text) return bytes;
  }
  throw new Malformed("base64.spelling", "base64 in its one spelling was expected");
}

export function sameBytes(left, right) {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Big endian. */
export function bytesToNumber(bytes) {
  return BigInt(`0x${toHex(bytes) || "0"}`);
}

/** Big endian, fixed width in bytes. */
export function numberToBytes(number, width) {
  return fromHex(number.toString(16).padStart(2 * width, "0"));
}

export function decodeUtf8(raw) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Malformed("json.syntax", "not UTF-8");
  }
}

class Reader {
  constructor(text, depthLimit) {
    this.text = text;
    this.at = 0;
    this.depthLimit = depthLimit;
  }

  value(depth) {
    this.token(SPACE);
    const character = this.text[this.at];
    if (character === "{" || character === "[") {
      if (depth >= this.depthLimit) throw new Malformed("json.depth", `nested deeper than ${this.depthLimit}`);
      this.at += 1;
      return character === "{" ? this.object(depth + 1) : this.list(depth + 1);
    }
    if (character === '"') return this.string();
    const number = this.token(NUMBER);
    if (number !== null) return shortInteger(number);
    const word = this.token(WORD);
    if (word === null) throw new Malformed("json.syntax", "not one JSON value in UTF-8");
    return JSON.parse(word);
  }

  object(depth) {
    const value = Object.create(null);
    if (this.mark("}")) return value;
    do {
      this.token(SPACE);
      const name = this.string();
      if (name in value) throw new Malformed("json.duplicate", "a member occurs twice");
      this.expect(":");
      value[name] = this.value(depth);
    } while (this.mark(","));
    this.expect("}");
    return value;
  }

  list(depth) {
    const value = [];
    if (this.mark("]")) return value;
    do value.push(this.value(depth));
    while (this.mark(","));
    this.expect("]");
    return value;
  }

  string() {
    const token = this.token(STRING);
    if (token === null) throw new Malformed("json.syntax", "a string was expected");
    const text = JSON.parse(token);
    if (LONE_SURROGATE.test(text)) throw new Malformed("json.syntax", "a lone surrogate");
    return text;
  }

  end() {
    this.token(SPACE);
    if (this.at !== this.text.length) throw new Malformed("json.syntax", "something follows the value");
  }

  mark(character) {
    this.token(SPACE);
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  expect(character) {
    if (!this.mark(character)) throw new Malformed("json.syntax", `${character} was expected`);
  }

  token(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }
}

function shortInteger(text) {
  if (text.length > DIGITS_LIMIT || text === "-0") {
    throw new Malformed("json.number", `a bare number has at most ${DIGITS_LIMIT} digits`);
  }
  return Number(text);
}
