// Inclusion proofs, checkpoints and acceptances as the browser checks them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";
import { parseAcceptance } from "../../templates/static/booth/acceptance.mjs";
import { openCheckpoint } from "../../templates/static/booth/checkpoint.mjs";
import { makeBallot, makeChallenged } from "../../templates/static/booth/entry.mjs";
import { concat, fromB64, fromHex, padded64, sameBytes, toHex } from "../../templates/static/booth/encoding.mjs";
import { decodeVerifierKey, openNote, VerifierKey } from "../../templates/static/booth/note.mjs";
import * as tree from "../../templates/static/booth/tree.mjs";
import { refused, ROOT, text, vector } from "./vectors.mjs";

const { keys, checkpoints } = vector("tlog/notes.json");
const logKey = decodeVerifierKey(keys.find((key) => key.name === "log.example/test").vkey);

for (const name of ["ct-leaves", "entries"]) {
  const vectors = vector(`tlog/${name}.json`);
  const leafOf = (index) =>
    tree.leafHash(vectors.leaves_hex ? fromHex(vectors.leaves_hex[index]) : text(`entry ${index}\n`));
  const anyHash = (hash) => (hash.length === 64 ? fromHex(hash) : fromB64(hash));
  const roots = new Map(vectors.roots.map(({ size, root }) => [size, anyHash(root)]));

  test(`BB-21 roots and proofs of ${name} verify, and nothing one step away does`, () => {
    const largest = Math.max(...roots.keys());
    for (const [size, root] of roots) {
      assert.ok(sameBytes(tree.root(Array.from({ length: size }, (_, index) => leafOf(index))), root));
    }
    for (const { old, new: size } of vectors.consistency) {
      for (const count of [old, size].filter((one) => !roots.has(one))) {
        roots.set(count, tree.root(Array.from({ length: count }, (_, index) => leafOf(index))));
      }
    }
    for (const { index, size, proof } of vectors.inclusion) {
      const [path, root] = [proof.map(anyHash), roots.get(size)];
      tree.verifyInclusion(leafOf(index), index, size, path, root);
      const bad = (...change) => refused(() => tree.verifyInclusion(...change), "log.inclusion");
      bad(leafOf((index + 1) % largest), index, size, path, root);
      bad(leafOf(index), index, size, [...path, root], root);
      if (path.length > 0) bad(leafOf(index), index, size, path.slice(1), root);
      bad(leafOf(index), size, size, path, root);
      bad(leafOf(index), -1, size, path, root);
      bad(leafOf(index), index, size, path, leafOf(index === 0 && size === 1 ? 1 : index));
    }
    for (const { old, new: size, proof } of vectors.consistency) {
      const path = proof.map(anyHash);
      tree.verifyConsistency(old, size, path, roots.get(old), roots.get(size));
      if (old === 0 || old === size) continue;
      refused(
        () => tree.verifyConsistency(old, size, path, roots.get(size), roots.get(size)),
        "log.consistency",
      );
    }
  });

  test(`a contiguous range of ${name} is proved by the subtrees left and right of it`, () => {
    const size = 7;
    const leaves = Array.from({ length: size }, (_, index) => leafOf(index));
    const root = tree.root(leaves);
    const subtree = ([level, index]) =>
      tree.root(leaves.slice(Number(index << level), Number((index + 1n) << level)));
    for (let start = 0; start <= size; start += 1) {
      for (let end = start; end <= size; end += 1) {
        const [left, right] = [tree.cover(0, start).map(subtree), tree.cover(end, size).map(subtree)];
        tree.verifyRange(leaves.slice(start, end), start, size, left, right, root);
        if (end - start < 2) continue;
        const swapped = leaves.slice(start, end).reverse();
        refused(() => tree.verifyRange(swapped, start, size, left, right, root), "log.range");
      }
    }
  });
}

test("BB-22 a checkpoint verifies under its log's key, not under another, and not when a character changes", () => {
  for (const { note, size } of checkpoints) {
    assert.equal(openCheckpoint(text(note), logKey).treeSize, BigInt(size));
    refused(() => openCheckpoint(text(note.replace("log.example/test\n", "log.example/tesu\n")), logKey), "note.signature");
    const stranger = decodeVerifierKey(
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    );
    refused(() => openCheckpoint(text(note), stranger), "note.unsigned");
  }
  refused(() => openNote(text("no note"), [logKey]), "note.text");
  refused(() => openNote(text("no note\n"), [logKey]), "note.form");
});

test("BB-21 a proof for another size is refused even where its hashes lead to the root", () => {
  const [first, second] = [tree.leafHash(text("a")), tree.leafHash(text("b"))];
  const root = tree.nodeHash(first, second);
  tree.verifyInclusion(first, 0, 2, [second], root);
  for (const size of [1, 3, 4, 257]) {
    refused(() => tree.verifyInclusion(first, 0, size, [second], root), "log.inclusion");
  }
  refused(() => tree.verifyConsistency(1, 4, [second], first, root), "log.consistency");
});

test("BB-22 another log's text over this key's signature is refused", () => {
  const seed = new Uint8Array(32).fill(3);
  const key = new VerifierKey("vote.example/log", ed25519.getPublicKey(seed));
  const signed = (origin) => {
    const body = `${origin}\n0\n${padded64(tree.EMPTY_ROOT)}\n`;
    const signature = padded64(concat(key.keyId, ed25519.sign(text(body), seed)));
    return text(`${body}\n\u2014 ${key.name} ${signature}\n`);
  };
  assert.equal(openCheckpoint(signed("vote.example/log"), key).treeSize, 0n);
  refused(() => openCheckpoint(signed("vote.example/log2"), key), "checkpoint.origin");
});

test("a verifier key with a wrong id, kind or point is refused", () => {
  const [, name, id, key] = /^([^+]+)\+([^+]+)\+(.*)$/.exec(keys[0].vkey);
  refused(() => decodeVerifierKey(`${name}+${id}`), "vkey.form");
  refused(() => decodeVerifierKey(`${name}+00000000+${key}`), "vkey.id");
  refused(() => decodeVerifierKey(`x${name}+${id}+${key}`), "vkey.id");
  refused(() => decodeVerifierKey(`${name}+${id}+${key.slice(4)}`), "vkey.kind");
});

test("BB-05 BB-23 an acceptance made by the service is read, and a doctored one is not", () => {
  const program = `
from audit.acceptance import make_acceptance
from audit.entry import make
from audit.note import Signer
from crypto.encoding import sha256
signer = Signer("vote.example/log/acceptance", bytes(range(32)))
import json, sys
print(json.dumps({
  "vkey": signer.verifier_key.encode(),
  "note": make_acceptance(signer, referendum="1AtestTestTest", ballot=sha256(b"b"), code=sha256(b"c"), order=sha256(b"o"), sequence=3, tree_size=41).decode(),
  "entry": make("ballot", referendum="1AtestTestTest", ballot=sha256(b"b").hex(), length=4321, order=sha256(b"o").hex()).decode(),
  "void": make("challenged", referendum="1AtestTestTest", code="A" * 43).decode(),
}))`;
  const python = fileURLToPath(new URL(".venv/bin/python", ROOT));
  const run = spawnSync(python, ["-c", program], { cwd: fileURLToPath(ROOT), encoding: "utf-8" });
  assert.equal(run.status, 0, run.stderr);
  const { vkey, note, entry, void: challenged } = JSON.parse(run.stdout);
  const key = decodeVerifierKey(vkey);
  const acceptance = parseAcceptance(text(note), key);
  assert.equal(acceptance.sequence, 3n);
  assert.equal(acceptance.treeSize, 41n);
  assert.equal(acceptance.referendum, "1AtestTestTest");
  const { ballot, order } = acceptance;
  assert.ok(sameBytes(makeBallot({ referendum: "1AtestTestTest", ballot, length: 4321, order }), text(entry)));
  assert.ok(sameBytes(makeChallenged({ referendum: "1AtestTestTest", code: "A".repeat(43) }), text(challenged)));
  assert.ok(note.includes(toHex(ballot)));
  refused(() => parseAcceptance(text(note.replace("\n3\n", "\n4\n")), key), "note.signature");
});
