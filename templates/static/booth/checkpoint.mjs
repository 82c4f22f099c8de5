/**
 * Checkpoints: the log's signed statement of how many entries it has and what their root is; mirrors
 * audit/checkpoint.py. Nothing here signs.
 *
 * Source: c2sp.org/tlog-checkpoint v1.0.0.
 */

import { decimal, sameBytes } from "./encoding.mjs";
import { InvalidProof, Malformed } from "./errors.mjs";
import { decodeBase64, openNote } from "./note.mjs";
import { EMPTY_ROOT, HASH_LENGTH, SIZE_LIMIT } from "./tree.mjs";

/** Read a note's text. Throws Malformed: checkpoint.form, checkpoint.size, checkpoint.root, checkpoint.extension. */
export function decodeCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length < 4 || lines.at(-1) !== "" || lines[0] === "") {
    throw new Malformed("checkpoint.form", "origin, size and root, a line each, were expected");
  }
  if (lines.length > 4) throw new Malformed("checkpoint.extension", "extension lines are not accepted");
  const treeSize = decimal(lines[1], SIZE_LIMIT);
  const rootHash = decodeBase64(lines[2]);
  if (rootHash.length !== HASH_LENGTH || (treeSize === 0n && !sameBytes(rootHash, EMPTY_ROOT))) {
    throw new Malformed("checkpoint.root", "the root is not a hash of 32 bytes, or not that of the empty tree");
  }
  return { origin: lines[0], treeSize, rootHash };
}

/**
 * Read a checkpoint signed by this log.
 *
 * Throws Malformed as `decodeNote` and `decodeCheckpoint`; InvalidProof: note.unsigned, note.signature,
 * checkpoint.origin when another log's text stands over this key's signature (BB-22).
 */
export function openCheckpoint(raw, logKey) {
  const checkpoint = decodeCheckpoint(openNote(raw, [logKey]).text);
  if (checkpoint.origin !== logKey.name) {
    throw new InvalidProof("checkpoint.origin", "the checkpoint names another log");
  }
  return checkpoint;
}
