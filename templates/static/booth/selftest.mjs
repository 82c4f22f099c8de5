/**
 * Known answers, run before anything is shown: a browser that computes wrongly, or has no source of randomness, does
 * not vote (CL-14, CR-18). The expected values are those that crypto/ gives (tests/booth/selftest.test.mjs).
 */

import { checkBallot, decodeBallot, unsignedBytes } from "./ballot.mjs";
import { decodeElection } from "./election.mjs";
import { compact, sha256B64, sha256Hex, utf8 } from "./encoding.mjs";
import { Flaw } from "./errors.mjs";
import { BELENIOS_2048, ED25519 } from "./group.mjs";
import { decodeVerifierKey } from "./note.mjs";
import { prepareBallot, signBallot } from "./sealing.mjs";
import { hashToField } from "./transcript.mjs";

const TAG = utf8("kalpi-selftest-v1");
const EXPECTED = {
  [ED25519.name]: "jAudvZnPoVdN1G+S6ySNKm7GH1w2/dUUB9FZUPHBwD4",
  [BELENIOS_2048.name]: "oDBhTqxeJcKby9KHM2jX9YUz/Or+n0Zw7x7qkSZztew",
};
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-4
// c2sp.org/signed-note, the example of the specification
const NOTE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

/** Throws when this device must not be used for voting in this group. */
export function selfTest(group) {
  expect(sha256Hex(utf8("abc")) === ABC, "hash");
  expect(typeof globalThis.crypto?.getRandomValues === "function", "randomness");
  const [first, second] = [group.randomScalar(), group.randomScalar()];
  expect(first !== second && first > 0n && first < group.order, "randomness");
  expect(decodeVerifierKey(NOTE_KEY).name === "example.com/foo", "signatures");
  const { election, ballot, key } = knownBallot(group);
  expect(sha256B64(ballot) === EXPECTED[group.name], "ballot");
  checkBallot(decodeBallot(ballot, election), election);
  const forged = signBallot(election, unsignedBytes(ballot), key + 1n);
  expect(isRefused(() => checkBallot(decodeBallot(forged, election), election)), "check");
}

/** A ballot in which nothing is random; SHA-256 of its bytes is the known answer. */
export function knownBallot(group) {
  let drawn = 0;
  const draw = () => hashToField(group, TAG, utf8(String((drawn += 1))));
  const key = draw();
  const election = decodeElection(
    compact({
      version: 1,
      description: "self-test",
      name: "self-test",
      group: group.name,
      public_key: group.encode(group.generatorPower(draw())),
      questions: [{ answers: ["Ναι", "Όχι"], blank: true, min: 1, max: 1, question: "κάλπη;" }],
      uuid: "1AtestTestTest",
      kalpi: { rules: 1 },
    }),
  );
  const prepared = prepareBallot(election, group.generatorPower(key), [[0, 1, 0]], draw);
  return { election, key, ballot: signBallot(election, prepared.unsigned, key, draw) };
}

function isRefused(action) {
  try {
    action();
    return false;
  } catch (flaw) {
    if (!(flaw instanceof Flaw)) throw flaw;
    return true;
  }
}

function expect(holds, what) {
  if (!holds) throw new Error(`self-test: ${what}`);
}
