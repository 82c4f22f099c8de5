// The voter sees exactly one of three sentences, and it is true: against a service that loses, delays and lies.

import assert from "node:assert/strict";
import test from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";
import { Casting, makePending } from "../../templates/static/booth/casting.mjs";
import { concat, padded64, sha256, sha256B64, sha256Hex, toHex, utf8 } from "../../templates/static/booth/encoding.mjs";
import { makeBallot } from "../../templates/static/booth/entry.mjs";
import { VerifierKey } from "../../templates/static/booth/note.mjs";
import { leafHash, nodeHash } from "../../templates/static/booth/tree.mjs";

const UUID = "1AtestTestTest";
const URL_OF_VOTE = "/referenda/plateia";

class Signer {
  constructor(name, seed) {
    this.seed = new Uint8Array(32).fill(seed);
    this.key = new VerifierKey(name, ed25519.getPublicKey(this.seed));
  }

  note(text) {
    const signature = ed25519.sign(utf8(text), this.seed);
    return `${text}\n\u2014 ${this.key.name} ${padded64(concat(this.key.keyId, signature))}\n`;
  }
}

const acceptanceSigner = new Signer("vote.example/log/acceptance", 1);
const logSigner = new Signer("vote.example/log", 2);

/** A service with one ballot box and a log of two entries; `faults` are taken from the front, one per request. */
class Service {
  recorded = null;
  logged = false;
  requests = [];

  constructor(faults = []) {
    this.faults = faults;
  }

  async post(url, { ballot, order }) {
    this.requests.push(`POST ${sha256Hex(utf8(ballot + order))}`);
    const fault = this.faults.shift();
    if (fault === "lost request") throw new TypeError("connection");
    if (fault?.refusal) return { status: 409, value: fault.refusal };
    this.recorded = { ballot, order };
    if (fault === "lost reply") throw new TypeError("connection");
    if (fault === "proxy timeout") return { status: 504, value: null };
    if (fault === "proxy page") return { status: 403, value: null };
    return { status: 201, value: { state: "recorded", acceptance: this.acceptance(fault) } };
  }

  async get(url) {
    this.requests.push("GET");
    assert.ok(url.startsWith(`${URL_OF_VOTE}/ballots/`));
    const fault = this.faults.shift();
    if (fault === "lost reply") throw new TypeError("connection");
    if (fault === "503") return { status: 503, value: { code: "server.unavailable" } };
    if (this.recorded === null || fault === "denies") return { status: 200, value: { state: "not_recorded" } };
    const value = { state: "recorded", acceptance: this.acceptance(fault) };
    if (fault === "not yet") return { status: 200, value };
    return { status: 200, value: { ...value, ...this.proof(fault) } };
  }

  acceptance(fault) {
    const other = fault === "other ballot" ? sha256Hex(utf8("another")) : sha256Hex(utf8(this.recorded.ballot));
    const lines = [
      "kalpi-acceptance/v1",
      "vote.example/log",
      fault === "other vote" ? "1BtestTestTest" : UUID,
      other,
      sha256B64(utf8("unsigned")),
      sha256Hex(utf8(this.recorded.order)),
      fault === "other sequence" ? "1" : "0",
      fault === "older entry" ? "2" : "1", // entries in the log when it was accepted
    ];
    const signer = fault === "other key" ? logSigner : acceptanceSigner;
    return signer.note(lines.map((line) => `${line}\n`).join(""));
  }

  proof(fault) {
    const { ballot, order } = this.recorded;
    const entry = makeBallot({
      referendum: UUID,
      ballot: sha256(utf8(ballot)),
      length: utf8(ballot).length,
      order: sha256(utf8(fault === "other order" ? "x" : order)),
    });
    const first = leafHash(utf8("opened"));
    const root = padded64(nodeHash(first, leafHash(entry)));
    const signer = fault === "unsigned log" ? acceptanceSigner : logSigner;
    const checkpoint = signer.note(`vote.example/log\n2\n${root}\n`);
    return { index: fault === "early index" ? 0 : 1, size: 2, hashes: [padded64(first)], checkpoint };
  }
}

class Store {
  kept = null;
  save(pending) {
    this.kept = JSON.stringify(pending);
  }
  clear() {
    this.kept = null;
  }
}

const PENDING = makePending({
  ballot: "the ballot",
  order: "the order",
  digest: sha256Hex(utf8("the ballot")),
  orderDigest: sha256Hex(utf8("the order")),
  code: sha256B64(utf8("unsigned")),
  sequence: 0,
});

function voter(service, { patience = 12 } = {}) {
  const seen = [];
  const store = new Store();
  let pauses = 0;
  const stopped = new Error("enough");
  const casting = new Casting({
    http: service,
    store,
    vote: { uuid: UUID, url: URL_OF_VOTE, acceptanceKey: acceptanceSigner.key, logKey: logSigner.key },
    report: (state, facts) => seen.push({ state, ...facts }),
    wait: async () => {
      pauses += 1;
      if (pauses > patience) throw stopped;
    },
  });
  const run = (action) =>
    action.catch((error) => {
      if (error !== stopped) throw error;
    });
  const states = () => seen.map(({ state }) => state).filter((state, place, all) => state !== all[place - 1]);
  return { casting, store, seen, states, run };
}

test("M30 recorded is said when acceptance and inclusion verify, and not before", async () => {
  const { casting, states, run, store, seen } = voter(new Service([null, "not yet", "not yet"]));
  await run(casting.send(PENDING));
  assert.deepEqual(states(), ["sending", "accepted", "recorded"]);
  assert.equal(seen.at(-1).index, 1);
  assert.equal(store.kept, null);
});

test("RL-01 RL-03 a lost reply is unknown, then found recorded, and nothing is sent twice", async () => {
  const service = new Service(["lost reply", "lost reply", "503"]);
  const { casting, states, run } = voter(service);
  await run(casting.send(PENDING));
  assert.deepEqual(states(), ["sending", "unknown", "recorded"]);
  assert.equal(service.requests.filter((request) => request.startsWith("POST")).length, 1);
});

test("RL-04 a proxy's timeout or page is unknown, never a refusal", async () => {
  for (const fault of ["proxy timeout", "proxy page"]) {
    const { casting, states, run } = voter(new Service([fault, "503"]));
    await run(casting.send(PENDING));
    assert.deepEqual(states(), ["sending", "unknown", "recorded"]);
  }
});

test("RL-02 BB-06 not recorded: sending again sends the same bytes", async () => {
  const service = new Service(["lost request"]);
  const { casting, states, run } = voter(service);
  await run(casting.send(PENDING));
  assert.deepEqual(states(), ["sending", "not_recorded"]);
  await run(casting.send(PENDING));
  assert.equal(states().at(-1), "recorded");
  const posts = service.requests.filter((request) => request.startsWith("POST"));
  assert.equal(posts.length, 2);
  assert.equal(posts[0], posts[1]);
});

test("BB-11 a refusal with a code is told with its code, and the ballot is kept", async () => {
  const refusal = { code: "order.stale", sentence: "…", advice: "…" };
  const { casting, seen, run, store } = voter(new Service([{ refusal }]));
  await run(casting.send(PENDING));
  assert.equal(seen.at(-1).state, "not_recorded");
  assert.equal(seen.at(-1).refusal.code, "order.stale");
  assert.notEqual(store.kept, null);
});

test("BB-07 BB-09 BB-22 an acceptance of another ballot, vote, place or key never becomes recorded", async () => {
  for (const lie of ["other ballot", "other vote", "other sequence", "other key"]) {
    const { casting, seen, states, run } = voter(new Service(Array(20).fill(lie)));
    await run(casting.send(PENDING));
    assert.deepEqual(states(), ["sending", "unknown"], lie);
    assert.equal(seen.at(-1).suspicious, true);
  }
});

test("BB-05 BB-21 BB-23 an entry not in the log, or a log not signed by its key, never becomes recorded", async () => {
  for (const lie of ["other order", "unsigned log", "early index", "older entry"]) {
    const { casting, states, run, seen } = voter(new Service([null, ...Array(20).fill(lie)]));
    await run(casting.send(PENDING));
    assert.deepEqual(states(), ["sending", "accepted", "unknown"], lie);
    assert.equal(seen.at(-1).suspicious, true);
  }
});

test("BB-05 a service that forgets an accepted ballot is suspicious, not a reason to vote again", async () => {
  const { casting, states, run, seen } = voter(new Service([null, "denies"]), { patience: 1 });
  await run(casting.send(PENDING));
  assert.deepEqual(states(), ["sending", "accepted", "unknown"]);
  assert.equal(seen.at(-1).suspicious, true);
});

test("CL-18 after a reload the kept ballot is looked for before anything is sent", async () => {
  const service = new Service(["lost reply"]);
  const before = voter(service, { patience: 0 });
  service.faults = ["lost reply", "lost reply"];
  await before.run(before.casting.send(PENDING));
  const kept = JSON.parse(before.store.kept);
  const after = voter(service);
  await after.run(after.casting.resume(kept));
  assert.deepEqual(after.states(), ["unknown", "recorded"]);
});

test("CL-11 what the browser keeps of a ballot holds neither choice nor randomness", async () => {
  const { casting, store, run } = voter(new Service(["lost request"]));
  await run(casting.send(PENDING));
  assert.deepEqual(Object.keys(JSON.parse(store.kept)), [
    "ballot", "order", "digest", "orderDigest", "code", "sequence",
  ]);
});

test("RL-01 cut at any request for twenty rounds of chance: no false recorded, and in the end the truth", async () => {
  let state = 7;
  const chance = (count) => (state = (state * 48271) % 2147483647) % count;
  for (let round = 0; round < 60; round += 1) {
    const faults = Array.from({ length: 6 }, () =>
      ["lost request", "lost reply", "503", "not yet", "proxy timeout", null][chance(6)],
    );
    const service = new Service(faults);
    const { casting, seen, run } = voter(service, { patience: 40 });
    await run(casting.send(PENDING));
    for (let again = 0; again < 5 && seen.at(-1).state === "not_recorded"; again += 1) await run(casting.send(PENDING));
    assert.equal(seen.at(-1).state, "recorded");
    assert.notEqual(service.recorded, null);
    assert.equal(toHex(sha256(utf8(service.recorded.ballot))), PENDING.digest);
  }
});
