// CL-14, CR-18: the booth starts only where the known answers come out.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";

import { sha256B64 } from "../../templates/static/booth/encoding.mjs";
import { BELENIOS_2048, ED25519, GROUPS } from "../../templates/static/booth/group.mjs";
import { knownBallot, selfTest } from "../../templates/static/booth/selftest.mjs";
import { ROOT } from "./vectors.mjs";

test("CL-14 the self-test passes here, in both groups", () => {
  for (const group of Object.values(GROUPS)) selfTest(group);
});

test("CL-14 the known answers are those of crypto/", () => {
  const program = `
import itertools, json
from crypto.election import Question, decode_election, encode_election
from crypto.encoding import compact, sha256_b64
from crypto.group import GROUPS
from crypto.sealing import prepare_ballot, sign_ballot
from crypto.transcript import hash_to_field
out = {}
for group in GROUPS.values():
    count = itertools.count(1)
    draw = lambda: hash_to_field(group, b"kalpi-selftest-v1", str(next(count)).encode())
    key = draw()
    question = Question("κάλπη;", ("Ναι", "Όχι"), True, 1, 1)
    raw = encode_election(name="self-test", description="self-test", group=group, public_key=group.generator_power(draw()), questions=[question], uuid="1AtestTestTest")
    election = decode_election(raw)
    prepared = prepare_ballot(election, group.generator_power(key), [[0, 1, 0]], draw)
    out[group.name] = sha256_b64(sign_ballot(election, prepared, key, draw))
print(json.dumps(out))`;
  const python = fileURLToPath(new URL(".venv/bin/python", ROOT));
  const run = spawnSync(python, ["-c", program], { cwd: fileURLToPath(ROOT), encoding: "utf-8" });
  assert.equal(run.status, 0, run.stderr);
  for (const [name, digest] of Object.entries(JSON.parse(run.stdout))) {
    assert.equal(sha256B64(knownBallot(GROUPS[name]).ballot), digest);
  }
});

test("CL-14 a device that multiplies wrongly fails closed", () => {
  for (const group of [ED25519, BELENIOS_2048]) {
    const broken = Object.create(group, {
      generatorPower: { value: (exponent) => group.multiply(group.generatorPower(exponent), group.generator) },
    });
    assert.throws(() => selfTest(broken));
  }
});

test("CR-18 a device without randomness, or with a stuck one, fails closed", () => {
  const stuck = Object.create(ED25519, { randomScalar: { value: () => 7n } });
  assert.throws(() => selfTest(stuck), /randomness/);
  const { crypto } = globalThis;
  try {
    Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
    assert.throws(() => selfTest(ED25519), /randomness/);
  } finally {
    Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
  }
});
