/**
 * Acceptances: the service's signed promise that one ballot is in the log's queue for ever; mirrors
 * audit/acceptance.py. Nothing here signs.
 */

import { b64Digest, decimal, hexDigest } from "./encoding.mjs";
import { InvalidProof, Malformed } from "./errors.mjs";
import { openNote } from "./note.mjs";
import { SIZE_LIMIT } from "./tree.mjs";

export const HEADER = "kalpi-acceptance/v1";
export const KEY_SUFFIX = "/acceptance"; // the key's name is the log's origin and this

/**
 * Read an acceptance signed by this key: origin, referendum (uuid), ballot, code and order (32 bytes each), sequence
 * and treeSize (BigInt).
 *
 * Throws Malformed as `decodeNote`, acceptance.form, and of the digests and numbers in it; InvalidProof:
 * note.unsigned, note.signature, acceptance.origin.
 */
export function parseAcceptance(raw, key) {
  const lines = openNote(raw, [key]).text.split("\n");
  if (lines.length !== 9 || lines[0] !== HEADER || lines[8] !== "") {
    throw new Malformed("acceptance.form", `${HEADER} and seven more lines were expected`);
  }
  if (!key.name.endsWith(KEY_SUFFIX)) {
    throw new Malformed("vkey.name", `the name of an acceptance key ends in ${KEY_SUFFIX}`);
  }
  if (lines[1] !== key.name.slice(0, -KEY_SUFFIX.length)) {
    throw new InvalidProof("acceptance.origin", "the acceptance names another log");
  }
  return {
    origin: lines[1],
    referendum: lines[2],
    ballot: hexDigest(lines[3]),
    code: b64Digest(lines[4]),
    order: hexDigest(lines[5]),
    sequence: decimal(lines[6], SIZE_LIMIT),
    treeSize: decimal(lines[7], SIZE_LIMIT),
  };
}
