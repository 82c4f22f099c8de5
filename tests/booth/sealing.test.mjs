// Ballots made in the browser's modules: the server accepts every shape, and nothing but honest ones.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "node:test";

import { checkBallot, decodeBallot } from "../../templates/static/booth/ballot.mjs";
import { decodeElection } from "../../templates/static/booth/election.mjs";
import { compact } from "../../templates/static/booth/encoding.mjs";
import { BELENIOS_2048, ED25519 } from "../../templates/static/booth/group.mjs";
import { FIRST, signOrder } from "../../templates/static/booth/order.mjs";
import { checkOpening, prepareBallot, signBallot } from "../../templates/static/booth/sealing.mjs";
import { refused, ROOT, text } from "./vectors.mjs";

const read = (bytes) => new TextDecoder().decode(bytes);

function makeElection(group, questions) {
  const raw = compact({
    version: 1,
    description: "Δοκιμή",
    name: "Δοκιμή",
    group: group.name,
    public_key: group.encode(group.generatorPower(12345n)),
    questions,
    uuid: "1AtestTestTest",
    kalpi: { rules: 1 },
  });
  return decodeElection(raw);
}

function question(answers, min, max, blank) {
  const names = Array.from({ length: answers }, (_, place) => `Απάντηση ${"αβγδεζηθικ"[place]}`);
  return { answers: names, ...(blank ? { blank: true } : {}), min, max, question: "Συμφωνείτε;" };
}

/** Every allowed selection of a question, blank first. */
function selectionsOf({ answers, blank, minimum, maximum }) {
  const all = [];
  for (let mask = 0; mask < 2 ** answers.length; mask += 1) {
    const bits = answers.map((_, place) => (mask >> place) & 1);
    const sum = bits.reduce((total, bit) => total + bit, 0);
    if (sum >= minimum && sum <= maximum) all.push(blank ? [0, ...bits] : bits);
  }
  return blank ? [[1, ...answers.map(() => 0)], ...all] : all;
}

function cast(election, selections) {
  const key = election.group.randomScalar();
  const credential = election.group.generatorPower(key);
  const prepared = prepareBallot(election, credential, selections);
  const raw = signBallot(election, prepared.unsigned, key);
  const ballot = decodeBallot(raw, election);
  return { key, prepared, raw, ballot, order: signOrder(election, key, 0, FIRST, ballot.digest) };
}

const SHAPES = [
  [question(2, 1, 1, true)],
  [question(2, 1, 1, false)],
  [question(3, 0, 3, true)],
  [question(3, 0, 2, false)],
  [question(4, 2, 3, true)],
  [question(2, 1, 1, true), question(3, 1, 2, false), question(2, 0, 1, true)],
];

test("every shape and choice made in JavaScript is accepted by the server's own check", () => {
  const python = fileURLToPath(new URL(".venv/bin/python", ROOT));
  assert.ok(existsSync(python), "make setup first");
  const cases = [];
  for (const group of [ED25519, BELENIOS_2048]) {
    for (const shape of group === ED25519 ? SHAPES : SHAPES.slice(0, 3)) {
      const election = makeElection(group, shape);
      const lists = election.questions.map(selectionsOf);
      const rounds = Math.max(...lists.map((list) => list.length));
      for (let round = 0; round < rounds; round += 1) {
        const { raw, order, prepared } = cast(election, lists.map((list) => list[round % list.length]));
        cases.push({ election: read(election.raw), ballot: read(raw), order: read(order), code: prepared.code });
      }
    }
  }
  const judge = fileURLToPath(new URL("judge.py", import.meta.url));
  const input = cases.map((one) => JSON.stringify(one)).join("\n");
  const { stdout, stderr, status } = spawnSync(python, [judge], { input, encoding: "utf-8", maxBuffer: 2 ** 26 });
  assert.equal(status, 0, stderr);
  const verdicts = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    verdicts,
    cases.map(({ code }) => ({ ok: true, code })),
  );
});

test("CR-06 a proof with a branch too many, too few or none is refused before any group operation", () => {
  const election = makeElection(ED25519, SHAPES[0]);
  const { raw } = cast(election, [[0, 1, 0]]);
  for (const change of [
    (answer) => answer.overall_proof.pop(),
    (answer) => answer.overall_proof.push(answer.overall_proof[0]),
    (answer) => answer.individual_proofs.pop(),
    (answer) => answer.individual_proofs[1].push(answer.individual_proofs[1][0]),
    (answer) => answer.blank_proof.splice(0),
    (answer) => Array.from({ length: 1000 }, () => answer.overall_proof.push(answer.overall_proof[0])),
  ]) {
    const value = JSON.parse(read(raw));
    change(value.answers[0]);
    refused(() => decodeBallot(compact(value), election), "proof.shape");
  }
});

test("CR-02 CR-05 BB-01 changing any one thing a proof is about makes the ballot fail", () => {
  const election = makeElection(ED25519, SHAPES[0]);
  const other = makeElection(ED25519, [{ ...SHAPES[0][0], question: "Διαφωνείτε;" }]);
  const { raw, key } = cast(election, [[0, 0, 1]]);
  const { group } = election;
  const thief = group.randomScalar();
  const changes = {
    "proof.individual": [
      (value) => value.answers[0].choices.reverse(),
      (value) => (value.answers[0].choices[1].beta = group.encode(group.generatorPower(7n))),
      (value) => (value.answers[0].individual_proofs[2][1].response = "7"),
      (value) => (value.credential = group.encode(group.generatorPower(thief))),
    ],
    "proof.overall": [(value) => (value.answers[0].overall_proof[1].challenge = "7")],
    "proof.blank": [(value) => (value.answers[0].blank_proof[0].response = "7")],
    "ballot.election": [
      (value) => (value.election_uuid = "1BtestTestTest"),
      (value) => (value.election_hash = other.fingerprint),
    ],
  };
  for (const [code, list] of Object.entries(changes)) {
    for (const change of list) {
      const value = JSON.parse(read(raw));
      delete value.signature;
      change(value);
      // Signed again by whoever owns the credential now, so that only the proofs can object.
      const owner = value.credential === JSON.parse(read(raw)).credential ? key : thief;
      const again = decodeBallot(signBallot(election, compact(value), owner), election);
      refused(() => checkBallot(again, election), code);
    }
  }
});

test("CR-19 a signature over other bytes, or by another key, is refused", () => {
  const election = makeElection(ED25519, SHAPES[0]);
  const { raw, prepared } = cast(election, [[1, 0, 0]]);
  const forged = signBallot(election, prepared.unsigned, election.group.randomScalar());
  refused(() => checkBallot(decodeBallot(forged, election), election), "ballot.signature");
  const value = JSON.parse(read(raw));
  value.signature.hash = "A".repeat(43);
  refused(() => checkBallot(decodeBallot(compact(value), election), election), "ballot.signature");
});

test("CR-07 choices that the question does not allow cannot be prepared", () => {
  const election = makeElection(ED25519, [question(3, 1, 2, true)]);
  const credential = election.group.generatorPower(9n);
  for (const selection of [[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [0, 2, 0, 0], [0, 1, 0], [0, 1, 0, 0, 0]]) {
    refused(() => prepareBallot(election, credential, [selection]), "ballot.selection");
  }
});

test("CR-12 randomness zero is refused by the booth too", () => {
  const election = makeElection(ED25519, SHAPES[0]);
  assert.throws(() => prepareBallot(election, election.publicKey, [[0, 1, 0]], () => 0n), RangeError);
});

test("CL-09 an opening with another choice or other randomness does not pass, and the honest one does", () => {
  const election = makeElection(ED25519, SHAPES[0]);
  const { prepared } = cast(election, [[0, 1, 0]]);
  const { unsigned, selections, randomness, code } = prepared;
  assert.equal(checkOpening(election, unsigned, selections, randomness), code);
  refused(() => checkOpening(election, unsigned, [[0, 0, 1]], randomness), "challenge.opening");
  const other = [randomness[0].map((exponent) => exponent + 1n)];
  refused(() => checkOpening(election, unsigned, selections, other), "challenge.opening");
});

test("CR-18 Math.random occurs nowhere in the booth, and 300 ballots repeat no alpha", () => {
  const folder = new URL("templates/static/booth/", ROOT);
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".mjs"))) {
    assert.ok(!/Math\s*\.\s*random/.test(readFileSync(new URL(name, folder), "utf-8")), name);
  }
  const election = makeElection(ED25519, [question(2, 1, 1, false)]);
  const credential = election.group.generatorPower(9n);
  const seen = new Set();
  for (let round = 0; round < 300; round += 1) {
    const { unsigned } = prepareBallot(election, credential, [[round % 2, 1 - (round % 2)]]);
    for (const { alpha } of JSON.parse(read(unsigned)).answers[0].choices) seen.add(alpha);
  }
  assert.equal(seen.size, 600);
});

test("CR-21 preparing a ballot does the same operations in the same order whatever is chosen", () => {
  for (const group of [ED25519, BELENIOS_2048]) {
    const honest = makeElection(group, SHAPES[2]);
    const traces = selectionsOf(honest.questions[0]).map((selection) => {
      const trace = [];
      const watched = Object.create(group, {
        power: { value: (base, exponent) => (trace.push(`power ${exponent === 0n}`), group.power(base, exponent)) },
        generatorPower: {
          value: (exponent) => (trace.push(`base ${group.reduce(exponent) === 0n}`), group.generatorPower(exponent)),
        },
        multiply: { value: (left, right) => (trace.push("multiply"), group.multiply(left, right)) },
        divide: { value: (left, right) => (trace.push("divide"), group.divide(left, right)) },
        encode: { value: (element) => (trace.push("encode"), group.encode(element)) },
        randomScalar: { value: () => (trace.push("draw"), group.randomScalar()) },
      });
      prepareBallot({ ...honest, group: watched }, group.generatorPower(9n), [selection]);
      return trace.join();
    });
    assert.ok(traces[0].includes("power"));
    assert.equal(new Set(traces).size, 1);
    assert.ok(!traces[0].includes("true"), "no exponent is ever zero");
  }
});

test("CL-12 the length of a ballot does not tell the choice beyond the digits of its random numbers", () => {
  const election = makeElection(ED25519, SHAPES[0]);
  const lengths = selectionsOf(election.questions[0]).map((selection) => {
    const sizes = Array.from({ length: 12 }, () => {
      const value = JSON.parse(read(cast(election, [selection]).raw));
      return read(compact(value)).replace(/"\d+"/g, '""').length;
    });
    return new Set(sizes);
  });
  assert.equal(new Set(lengths.flatMap((sizes) => [...sizes])).size, 1);
});
