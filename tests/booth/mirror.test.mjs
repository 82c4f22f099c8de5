// The modules of the booth give, scalar for scalar and byte for byte, what crypto/ gives.

import assert from "node:assert/strict";
import test from "node:test";

import { checkBallot, decodeBallot, unsignedBytes } from "../../templates/static/booth/ballot.mjs";
import * as card from "../../templates/static/booth/card.mjs";
import { decodeElection } from "../../templates/static/booth/election.mjs";
import { fromHex, sameBytes, toHex } from "../../templates/static/booth/encoding.mjs";
import { GROUPS } from "../../templates/static/booth/group.mjs";
import { checkOrder, decodeOrder, signOrder } from "../../templates/static/booth/order.mjs";
import { checkOpening, prepareBallot, signBallot } from "../../templates/static/booth/sealing.mjs";
import { expandMessageXmd, hashToField } from "../../templates/static/booth/transcript.mjs";
import { listed, refused, text, vector } from "./vectors.mjs";

test("CR-04 expand_message_xmd gives the values of RFC 9380 appendix K.1", () => {
  for (const { tag, message, length, bytes } of vector("kalpi/hash_to_field.json").expand_message_xmd) {
    assert.equal(toHex(expandMessageXmd(text(message), text(tag), length)), bytes);
  }
});

test("CR-03 CR-04 hash_to_field gives the scalars Python gives", () => {
  for (const { group, tag, parts, scalar } of vector("kalpi/hash_to_field.json").hash_to_field) {
    assert.equal(hashToField(GROUPS[group], text(tag), ...parts.map(fromHex)).toString(), scalar);
  }
});

test("a card code is read however it is typed, and a wrong one is refused by name", () => {
  const { accepted, refused: wrong } = vector("kalpi/card.json");
  for (const { typed, code } of accepted) assert.deepEqual(card.parseCode(typed), text(code));
  for (const { typed, error } of wrong) refused(() => card.parseCode(typed), error);
});

test("a card code gives the same keys and credentials as in Python, one credential per election (BB-15)", () => {
  for (const row of vector("kalpi/card.json").keys) {
    const group = GROUPS[row.group];
    const code = text(row.code);
    const master = card.masterPublic(group, code);
    assert.equal(card.masterSecret(group, code).toString(), row.master_secret);
    assert.equal(group.encode(master), row.master_public);
    assert.equal(card.credentialFactor(group, master, row.uuid).toString(), row.credential_factor);
    assert.equal(group.encode(card.publicCredential(group, master, row.uuid)), row.public_credential);
    const key = card.votingKey(group, code, row.uuid);
    assert.equal(key.toString(), row.voting_key);
    assert.equal(group.encode(group.generatorPower(key)), row.public_credential);
  }
});

test("order statements come out byte for byte and verify", () => {
  for (const row of vector("kalpi/order.json").cases) {
    const election = decodeElection(text(row.election));
    const draw = listed(row.scalars);
    const raw = signOrder(
      election,
      BigInt(row.key),
      row.sequence,
      fromHex(row.previous),
      fromHex(row.ballot),
      draw,
    );
    assert.ok(sameBytes(raw, text(row.statement)));
    const statement = decodeOrder(raw, election.group);
    assert.equal(toHex(statement.digest), row.digest);
    checkOrder(statement, election);
  }
});

for (const [number, row] of vector("kalpi/ballot.json").cases.entries()) {
  test(`ballot ${number} (${row.group}) comes out byte for byte, verifies and opens`, () => {
    const election = decodeElection(text(row.election));
    assert.equal(election.fingerprint, row.fingerprint);
    const draw = listed(row.prepare_scalars);
    const credential = election.group.decode(row.credential);
    const prepared = prepareBallot(election, credential, row.selections, draw);
    assert.equal(draw.rest.length, 0);
    assert.ok(sameBytes(prepared.unsigned, text(row.unsigned)));
    assert.equal(prepared.code, row.code);
    assert.deepEqual(prepared.randomness, row.randomness.map((list) => list.map(BigInt)));
    const raw = signBallot(election, prepared.unsigned, BigInt(row.key), listed(row.sign_scalars));
    assert.ok(sameBytes(raw, text(row.ballot)));
    assert.ok(sameBytes(unsignedBytes(raw), prepared.unsigned));
    const ballot = decodeBallot(raw, election);
    checkBallot(ballot, election);
    assert.equal(ballot.tracker, row.tracker);
    assert.equal(toHex(ballot.digest), row.digest);
    assert.equal(ballot.code, row.code);
    assert.equal(checkOpening(election, prepared.unsigned, row.selections, prepared.randomness), row.code);
  });
}
