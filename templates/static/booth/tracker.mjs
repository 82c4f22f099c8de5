/**
 * The tracker page: the browser itself checks that a ballot's entry is in the log that the log's key signed (BB-10).
 *
 * The key comes from the same service; who wants more compares it with the printed one, or verifies the record.
 */

import { openCheckpoint } from "./checkpoint.mjs";
import { decodeUtf8, fromB64, padded64, parseCompact, utf8 } from "./encoding.mjs";
import { Flaw, InvalidProof } from "./errors.mjs";
import { decodeVerifierKey } from "./note.mjs";
import { at, bytesAt, given, Http, speaker } from "./page.mjs";
import { leafHash, verifyInclusion } from "./tree.mjs";

const PAUSE = 3_000; // milliseconds
const ROUNDS = 20;

const { uuid, digest } = given("tracked");
const say = speaker(given("strings"));
const http = new Http("");

check().catch((error) => {
  at("inclusion").textContent = say(error instanceof Flaw ? "wrong" : "silent");
});

async function check() {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { status, value } = await http.get(`/log/proof/${digest}`);
    if (status === 200) {
      await verify(value);
      return;
    }
    at("inclusion").textContent = say("waiting");
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function verify({ index, size, hashes, checkpoint }) {
  const [entry, vkey] = await Promise.all([bytesAt(`/log/entries/${index}`), bytesAt("/log/vkey")]);
  const signed = openCheckpoint(utf8(checkpoint), decodeVerifierKey(decodeUtf8(vkey).trim()));
  const { type, referendum, ballot } = parseCompact(entry);
  if (type !== "kalpi/ballot/v1" || referendum !== uuid || ballot !== digest || signed.treeSize !== BigInt(size)) {
    throw new InvalidProof("log.entry", "the entry is about another ballot");
  }
  verifyInclusion(leafHash(entry), index, size, hashes.map(fromB64), signed.rootHash);
  at("inclusion").textContent = say("included", { index, size });
  at("inclusion-facts").textContent = say("root", { root: padded64(signed.rootHash) });
  at("inclusion-facts").hidden = false;
}
