// The trustee's modules give, scalar for scalar and byte for byte, what crypto/ gives, and refuse what it refuses.

import assert from "node:assert/strict";
import test from "node:test";

import { decodeBallot } from "../../templates/static/booth/ballot.mjs";
import { decodeElection } from "../../templates/static/booth/election.mjs";
import { compact, decodeUtf8, toHex } from "../../templates/static/booth/encoding.mjs";
import { GROUPS } from "../../templates/static/booth/group.mjs";
import { readArchive } from "../../templates/static/trustee/archive.mjs";
import * as ceremony from "../../templates/static/trustee/ceremony.mjs";
import { Ceremony, decodeStatement } from "../../templates/static/trustee/ceremony_messages.mjs";
import { partialDecryption } from "../../templates/static/trustee/decryption.mjs";
import { openKeyFile, sealKeyFile } from "../../templates/static/trustee/keyfile.mjs";
import { decodeCertificate } from "../../templates/static/trustee/pedersen.mjs";
import { strongProofs } from "../../templates/static/trustee/strong.mjs";
import { accumulate } from "../../templates/static/trustee/tally.mjs";
import { decodeTrustees } from "../../templates/static/trustee/trustees.mjs";
import { listed, refused, text, vector } from "./vectors.mjs";

const CEREMONIES = vector("kalpi/ceremony.json");

function frameOf(row) {
  return new Ceremony(row.ceremony, GROUPS[row.group], row.threshold, row.size);
}

function published(row) {
  const group = GROUPS[row.group];
  const parse = ({ text: json }) => JSON.parse(json);
  return {
    certificates: row.members.map(({ certificate }) => decodeCertificate(group, parse(certificate))),
    statements: row.members.map(({ commitment }) => decodeStatement(text(commitment.text), group)),
  };
}

test("a seed gives the keys and the polynomial it gives in Python", () => {
  for (const row of CEREMONIES) {
    for (const expected of row.members) {
      const member = new ceremony.Member(frameOf(row), expected.index, expected.seed);
      assert.equal(String(member.signingKey), expected.signing_key);
      assert.equal(String(member.openingKey), expected.opening_key);
      assert.deepEqual(member.polynomial.map(String), expected.polynomial);
    }
  }
});

test("every message of a ceremony comes out byte for byte", async () => {
  for (const row of CEREMONIES) {
    const { certificates, statements } = published(row);
    for (const expected of row.members) {
      const member = new ceremony.Member(frameOf(row), expected.index, expected.seed);
      const own = certificates[expected.index - 1];
      const certificate = ceremony.makeCertificate(member, listed(expected.certificate.scalars));
      assert.equal(decodeUtf8(certificate.signed.raw), expected.certificate.text);
      assert.equal(toHex(certificate.digest), expected.certificate.digest);
      const commitment = ceremony.makeCommitment(member, own, listed(expected.commitment.scalars));
      assert.equal(decodeUtf8(commitment), expected.commitment.text);
      const sharing = await ceremony.makePolynomial(member, certificates, listed(expected.sharing.scalars));
      assert.equal(decodeUtf8(compact(sharing)), expected.sharing.text);
      const share = await ceremony.checkReceivedShares(member, certificates, statements, text(expected.inbox));
      assert.equal(String(share), expected.share);
      const { name, scalars } = expected.voutput;
      const voutput = await ceremony.makeVoutput(member, own, share, name, listed(scalars));
      assert.equal(decodeUtf8(compact(voutput)), expected.voutput.text);
      const { against, reason } = expected.complaint;
      const complaint = ceremony.makeComplaint(member, against, reason, listed(expected.complaint.scalars));
      assert.equal(decodeUtf8(complaint), expected.complaint.text);
    }
  }
});

test("TK-04 a share that is not on the polynomial names the member who sent it", async () => {
  const [row] = CEREMONIES;
  const { certificates, statements } = published(row);
  const [first, second] = row.members;
  const member = new ceremony.Member(frameOf(row), first.index, first.seed);
  const inbox = JSON.parse(first.inbox);
  // The second member sends the first what was meant for itself.
  inbox.secrets[1] = JSON.parse(second.inbox).secrets[1];
  await assert.rejects(ceremony.checkReceivedShares(member, certificates, statements, compact(inbox)), (flaw) => {
    assert.equal(flaw.against, 2);
    return true;
  });
});

test("TK-03 a polynomial that was not committed to names its member", async () => {
  const [row] = CEREMONIES;
  const { certificates, statements } = published(row);
  const member = new ceremony.Member(frameOf(row), 1, row.members[0].seed);
  const swapped = [statements[0], statements[2], statements[1]];
  await assert.rejects(
    ceremony.checkReceivedShares(member, certificates, swapped, text(row.members[0].inbox)),
    (flaw) => {
      assert.equal(flaw.against, 2);
      assert.equal(flaw.code, "commitment.frame");
      return true;
    },
  );
});

test("trustees are read, checked and give the election key", () => {
  for (const row of CEREMONIES) {
    const trustees = decodeTrustees(text(row.trustees), GROUPS[row.group]);
    trustees.check();
    assert.equal(trustees.threshold, row.threshold);
    if (row.size === 1) continue;
    const swapped = JSON.parse(row.trustees);
    swapped[0][1].verification_keys.reverse();
    refused(() => decodeTrustees(compact(swapped), GROUPS[row.group]).check(), "trustees.share");
  }
});

test("tally, partial decryptions and strong proofs come out byte for byte", () => {
  for (const row of vector("kalpi/strong.json")) {
    const election = decodeElection(text(row.election));
    const tally = accumulate(
      election,
      row.ballots.map((ballot) => decodeBallot(text(ballot), election)),
    );
    assert.equal(decodeUtf8(tally.raw), row.encrypted_tally);
    assert.equal(decodeUtf8(tally.sized), row.sized_encrypted_tally);
    for (const { owner, key, plain, strong } of row.decryptions) {
      const payload = partialDecryption(election, tally, BigInt(key), listed(plain.scalars));
      assert.equal(decodeUtf8(payload), plain.text);
      assert.equal(decodeUtf8(strongProofs(election, tally, owner, BigInt(key), listed(strong.scalars))), strong.text);
    }
  }
});

test("CR-18 plain and strong proofs never share a nonce", () => {
  const [row] = vector("kalpi/strong.json");
  const election = decodeElection(text(row.election));
  const ballots = row.ballots.map((ballot) => decodeBallot(text(ballot), election));
  const tally = accumulate(election, ballots);
  const drawn = new Set();
  const draw = () => {
    const scalar = election.group.randomScalar();
    assert.ok(!drawn.has(scalar));
    drawn.add(scalar);
    return scalar;
  };
  partialDecryption(election, tally, 7n, draw);
  strongProofs(election, tally, 1, 7n, draw);
  const ciphertexts = tally.ciphertexts.flat().length;
  assert.equal(drawn.size, 2 * ciphertexts);
});

test("an archive is read as Python wrote it, and no changed byte of it passes", () => {
  for (const { timestamp, events, archive } of vector("kalpi/archive.json")) {
    const raw = new Uint8Array(Buffer.from(archive, "base64"));
    const read = readArchive(raw);
    assert.equal(read.timestamp, timestamp);
    assert.deepEqual(
      read.events.map(({ kind, bodies }) => ({ kind, bodies: bodies.map((body) => decodeUtf8(body)) })),
      events,
    );
    for (let place = 0; place < raw.length; place += 97) {
      const changed = raw.slice();
      changed[place] ^= 1;
      assert.throws(() => readArchive(changed), `the byte at ${place} does not matter`);
    }
  }
});

test("a key file opens with its passphrase alone and names what is wrong", async () => {
  const key = { ceremony: "0".repeat(32), referendum: "1AtestTestTest", index: 2, secret: { seed: "1".repeat(22), share: "5" } };
  const sealed = await sealKeyFile(key, "ένα μακρύ συνθηματικό");
  assert.ok(!sealed.includes(key.secret.seed));
  assert.deepEqual(JSON.parse(JSON.stringify(await openKeyFile(sealed, "ένα μακρύ συνθηματικό"))), key);
  await assert.rejects(openKeyFile(sealed, "άλλο συνθηματικό"), { code: "key.passphrase" });
  await assert.rejects(openKeyFile("{}", "άλλο συνθηματικό"), { code: "key.file" });
});
