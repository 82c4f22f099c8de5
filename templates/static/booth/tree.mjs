/**
 * The log's Merkle tree, as far as a reader needs it: hashes, roots and the checking of proofs; mirrors audit/tree.py.
 *
 * What makes proofs stays on the server. Sizes and indexes are BigInt inside, so that no proof is judged by rounding.
 *
 * Source: RFC 6962 section 2.1, RFC 9162 section 2.1; SHA-256.
 */

import { concat, sameBytes, sha256 } from "./encoding.mjs";
import { InvalidProof } from "./errors.mjs";

export const EMPTY_ROOT = sha256(new Uint8Array(0));
export const HASH_LENGTH = 32; // bytes
export const SIZE_LIMIT = 1n << 63n;

/** Hash one entry: SHA-256(0x00 || entry). */
export function leafHash(entry) {
  return sha256(concat(Uint8Array.of(0), entry));
}

/** Hash two subtrees into one: SHA-256(0x01 || left || right). */
export function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** The fewest complete subtrees [level, index] that tile the leaves [start, end), from left to right. */
export function cover(start, end) {
  const subtrees = [];
  let at = BigInt(start);
  const stop = BigInt(end);
  while (at < stop) {
    let level = bitLength(stop - at) - 1n;
    if (at > 0n) {
      const aligned = bitLength(at & -at) - 1n;
      if (aligned < level) level = aligned;
    }
    subtrees.push([level, at >> level]);
    at += 1n << level;
  }
  return subtrees;
}

/** The root over the hashes of `cover(0, size)`: a lone right subtree moves up unchanged. */
export function fold(hashes) {
  if (hashes.length === 0) return EMPTY_ROOT;
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The root over leaf hashes. */
export function root(leaves) {
  return new Peaks().extend(leaves).root();
}

/** Throws InvalidProof (log.inclusion) unless the leaf hash stands at `index` of the tree of this size and root. */
export function verifyInclusion(leaf, index, size, proof, rootHash) {
  const [place, count] = [BigInt(index), BigInt(size)];
  if (place < 0n || place >= count || count > SIZE_LIMIT) {
    throw new InvalidProof("log.inclusion", "the index is not inside the tree");
  }
  const inner = bitLength(place ^ (count - 1n));
  if (proof.length !== Number(inner) + bitCount(place >> inner) || !areHashes([leaf, rootHash, ...proof])) {
    throw new InvalidProof("log.inclusion", "the proof has the wrong length");
  }
  let computed = leaf;
  proof.forEach((sibling, step) => {
    const level = BigInt(step);
    const fromLeft = level >= inner || ((place >> level) & 1n) === 1n;
    computed = fromLeft ? nodeHash(sibling, computed) : nodeHash(computed, sibling);
  });
  if (!sameBytes(computed, rootHash)) {
    throw new InvalidProof("log.inclusion", "the entry is not in the log under this root");
  }
}

/** Throws InvalidProof (log.consistency) unless the new tree extends the old one without changing it. */
export function verifyConsistency(oldSize, newSize, proof, oldRoot, newRoot) {
  const [before, after] = [BigInt(oldSize), BigInt(newSize)];
  if (before < 0n || before > after || after > SIZE_LIMIT || !areHashes([oldRoot, newRoot, ...proof])) {
    throw new InvalidProof("log.consistency", "the sizes or hashes are out of range");
  }
  if (before === 0n || before === after) {
    const same = sameBytes(oldRoot, before === after ? newRoot : EMPTY_ROOT);
    if (proof.length > 0 || !same) {
      throw new InvalidProof("log.consistency", "an empty proof and an equal or empty root were expected");
    }
    return;
  }
  let [oldPeak, newPeak] = [before - 1n, after - 1n];
  while (oldPeak & 1n) [oldPeak, newPeak] = [oldPeak >> 1n, newPeak >> 1n];
  const path = oldPeak ? proof : [oldRoot, ...proof];
  const inner = bitLength(oldPeak ^ newPeak);
  if (path.length !== 1 + Number(inner) + bitCount(oldPeak >> inner)) {
    throw new InvalidProof("log.consistency", "the proof has the wrong length");
  }
  let [oldComputed, newComputed] = [path[0], path[0]];
  path.slice(1).forEach((sibling, step) => {
    const level = BigInt(step);
    if (level >= inner || (oldPeak >> level) & 1n) {
      oldComputed = nodeHash(sibling, oldComputed);
      newComputed = nodeHash(sibling, newComputed);
    } else {
      newComputed = nodeHash(newComputed, sibling);
    }
  });
  if (!sameBytes(oldComputed, oldRoot) || !sameBytes(newComputed, newRoot)) {
    throw new InvalidProof("log.consistency", "the new tree is not an extension of the old one");
  }
}

/** Throws InvalidProof (log.range) unless the leaf hashes are exactly [start, start + leaves.length) of that tree. */
export function verifyRange(leaves, start, size, left, right, rootHash) {
  const first = BigInt(start);
  const end = first + BigInt(leaves.length);
  const count = BigInt(size);
  if (first < 0n || end > count || count > SIZE_LIMIT || !areHashes([rootHash, ...leaves, ...left, ...right])) {
    throw new InvalidProof("log.range", "the range is not inside the tree");
  }
  const [before, after] = [cover(0n, first), cover(end, count)];
  if (left.length !== before.length || right.length !== after.length) {
    throw new InvalidProof("log.range", "the proof has the wrong length");
  }
  const peaks = new Peaks();
  before.forEach(([level], place) => peaks.push(level, left[place]));
  peaks.extend(leaves);
  after.forEach(([level], place) => peaks.push(level, right[place]));
  if (!sameBytes(peaks.root(), rootHash)) {
    throw new InvalidProof("log.range", "the entries are not that range of the log");
  }
}

/** Complete subtrees pushed from left to right, two equal neighbours merged at once. */
class Peaks {
  #stack = [];

  push(level, hashed) {
    let [height, top] = [level, hashed];
    while (this.#stack.length > 0 && this.#stack.at(-1)[0] === height) {
      top = nodeHash(this.#stack.pop()[1], top);
      height += 1n;
    }
    this.#stack.push([height, top]);
  }

  extend(leaves) {
    for (const leaf of leaves) this.push(0n, leaf);
    return this;
  }

  root() {
    return fold(this.#stack.map(([, hashed]) => hashed));
  }
}

function bitLength(number) {
  return number === 0n ? 0n : BigInt(number.toString(2).length);
}

function bitCount(number) {
  return number.toString(2).replaceAll("0", "").length;
}

function areHashes(hashes) {
  return hashes.every((hashed) => hashed.length === HASH_LENGTH);
}
