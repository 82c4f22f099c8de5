/**
 * The `.bel` file of an election, read byte by byte; mirrors the reading half of crypto/archive.py.
 *
 * Every byte of an archive that `readArchive` accepts is one that the writer would write. What the bodies mean and
 * which order of events makes an election are for others to say.
 *
 * Source: Belenios specification, section "Archive"; the header layout is that of tar, version 7.
 */

import {
  compact,
  hexDigest,
  integer,
  parseCompact,
  parseJson,
  sameBytes,
  sha256Hex,
  string,
  utf8,
} from "../booth/encoding.mjs";
import { Malformed } from "../booth/errors.mjs";

const BLOCK = 512;
const TIMESTAMP = /^(?:0|[1-9][0-9]{0,9})$/;
const ENTRY_NAME = /^([0-9a-f]{64})\.(data|event)\.json$/;
const SIZE = /^[0-7]{11}$/;

// Fewest and most data entries before an event; the payload is the last.
export const BODIES = {
  Setup: [4, 5],
  Ballot: [1, 1],
  EndBallots: [0, 0],
  EncryptedTally: [2, 2],
  PartialDecryption: [2, 2],
  Result: [1, 1],
};

/** {timestamp, events: [{kind, height, parent, bodies, raw, digest}]}; digests are 64 hexadecimal digits. */
export function readArchive(raw) {
  let entry = readEntry(raw, 0);
  const timestamp = readHeader(entry);
  const mtime = Number(timestamp);
  const events = [];
  let bodies = [];
  while (entry.end < raw.length) {
    const start = entry.end;
    entry = readEntry(raw, start);
    const match = ENTRY_NAME.exec(entry.name);
    if (match === null || !sameBytes(raw.subarray(start, entry.end), entryBytes(entry.name, entry.body, mtime))) {
      throw new Malformed("archive.entry", `the entry at byte ${start} is not spelled as the format says`);
    }
    if (match[1] !== sha256Hex(entry.body)) {
      throw new Malformed("archive.hash", `the entry at byte ${start} is not the one its name says`);
    }
    if (match[2] === "data") {
      bodies.push(entry.body);
    } else {
      events.push(readEvent(entry.body, events.at(-1) ?? null, bodies));
      bodies = [];
    }
  }
  if (bodies.length > 0) throw new Malformed("archive.order", "data without the event that brings them");
  return { timestamp, events };
}

function readHeader({ name, body, end, bytes }) {
  const value = name === "BELENIOS" ? parseCompact(body) : null;
  if (value === null || typeof value !== "object" || Object.keys(value).join() !== "version,timestamp") {
    throw new Malformed("archive.header", "the file does not begin as an election archive");
  }
  if (value.version !== 1) throw new Malformed("archive.version", "archive version 1 was expected");
  const timestamp = String(value.timestamp);
  if (!TIMESTAMP.test(timestamp) || Number(timestamp) >= 8 ** 11) {
    throw new Malformed("archive.header", "the time is not decimal seconds");
  }
  if (!sameBytes(bytes.subarray(0, end), entryBytes("BELENIOS", body, Number(timestamp)))) {
    throw new Malformed("archive.header", "the first entry is not spelled as the format says");
  }
  return timestamp;
}

function readEvent(raw, previous, bodies) {
  const value = parseJson(raw);
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Malformed("event.shape", "an event is an object");
  }
  const height = integer(value.height);
  if (value.parent !== undefined) hexDigest(value.parent);
  if (height !== (previous === null ? 0 : previous.height + 1)) {
    throw new Malformed("event.height", `an event says height ${height} out of turn`);
  }
  const parent = previous === null ? undefined : previous.digest;
  if (value.parent !== parent) {
    throw new Malformed("event.parent", `event ${height} does not name the event before it`);
  }
  const kind = string(value.type);
  if (!Object.hasOwn(BODIES, kind)) throw new Malformed("event.kind", "an event of a known kind was expected");
  const [fewest, most] = BODIES[kind];
  if (bodies.length < fewest || bodies.length > most) {
    throw new Malformed("event.bodies", `${kind} does not come with ${bodies.length} data entries`);
  }
  const expected = parent === undefined ? {} : { parent };
  Object.assign(expected, { height, type: kind });
  if (bodies.length > 0) expected.payload = sha256Hex(bodies.at(-1));
  if (!sameBytes(compact(expected), raw)) {
    throw new Malformed("event.spelling", `event ${height} is not spelled as the format says`);
  }
  return { kind, height, parent, bodies, raw, digest: sha256Hex(raw) };
}

/** Header, body and zero padding. */
function entryBytes(name, body, mtime) {
  const bytes = new Uint8Array(BLOCK + Math.ceil(body.length / BLOCK) * BLOCK);
  const octal = (number) => number.toString(8).padStart(11, "0");
  for (const [offset, text] of [
    [0, name],
    [100, "0000644"],
    [108, "0000000"],
    [116, "0000000"],
    [124, octal(body.length)],
    [136, octal(mtime)],
    [148, " ".repeat(8)],
    [156, "0"],
  ]) {
    bytes.set(utf8(text), offset);
  }
  const sum = bytes.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
  bytes.set(utf8(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  bytes.set(body, BLOCK);
  return bytes;
}

function readEntry(raw, offset) {
  const header = raw.subarray(offset, offset + BLOCK);
  if (header.length < BLOCK) throw new Malformed("archive.truncated", "the file ends inside a header");
  const size = String.fromCharCode(...header.subarray(124, 135));
  if (!SIZE.test(size)) throw new Malformed("archive.entry", `the entry at byte ${offset} has no size`);
  const start = offset + BLOCK;
  const length = Number.parseInt(size, 8);
  const end = start + Math.ceil(length / BLOCK) * BLOCK;
  if (end > raw.length) throw new Malformed("archive.truncated", `the file ends inside the entry at byte ${offset}`);
  const name = String.fromCharCode(...header.subarray(0, 100)).split("\0", 1)[0];
  return { name, body: raw.subarray(start, start + length), end, bytes: raw };
}
