/**
 * What a trustee's device checks before it decrypts anything: the board of a vote or of its rehearsal, from the files
 * of the record so far. It decrypts only the tally it has computed itself from a board that passed (TK-05, TK-08, TK-09).
 *
 * Source: DESIGN.md section 2, "Decrypting", and section 3; audit/RECORD.md names the files.
 */

import { checkBallot, decodeBallot } from "../booth/ballot.mjs";
import { openCheckpoint } from "../booth/checkpoint.mjs";
import { decodeElection, decodePublicCredentials } from "../booth/election.mjs";
import { array, decodeUtf8, fromB64, integer, members, parseCompact, sameBytes, sha256Hex, toHex } from "../booth/encoding.mjs";
import { InvalidProof, Malformed } from "../booth/errors.mjs";
import { decodeVerifierKey } from "../booth/note.mjs";
import { checkOrder, decodeOrder, FIRST } from "../booth/order.mjs";
import { leafHash, verifyRange } from "../booth/tree.mjs";
import { readArchive } from "./archive.mjs";
import { accumulate } from "./tally.mjs";
import { decodeTrustees } from "./trustees.mjs";

const RANGE_LIMIT = 64 * 1024; // bytes of range.json
const YIELD_EVERY = 8; // ballots between two turns of the page

/**
 * Verify `files` (name → bytes) and return {election, tally, trustees, ballots}.
 *
 * `kind` is "rehearsal" or "vote"; `expected` is what the trustee's own key file says: {referendum, ceremony, index,
 * publicKey}, and `logKey`, the verifier key of the log that the page shows for comparison. `onProgress` is told shares of one. Throws Malformed or InvalidProof; the code names the step.
 */
export async function verifyBoard(files, kind, expected, onProgress = () => {}) {
  const entries = verifyLog(files, expected);
  const setup = readSetup(files);
  const { election, trustees } = setup;
  checkKeys(entries, setup, expected);
  const opening = kind === "vote" ? checkVoteEntries(entries, setup) : checkRehearsalEntries(entries, setup);
  const ballots = await checkBallots(setup, lines(files, "order.jsonl"), onProgress);
  if (kind === "vote") checkBallotEntries(entries, opening, ballots);
  const tally = accumulate(election, ballots.map(({ ballot }) => ballot));
  checkTally(setup, entries, kind, tally);
  return { election, tally, trustees, ballots: ballots.length };
}

/** The vote's entries, from a stretch proved to be the signed log's and to reach its end: nothing newer is held back. */
function verifyLog(files, expected) {
  const keyLine = text(files, "log.vkey").replace(/\n$/, "");
  if (keyLine !== expected.logKey) throw new InvalidProof("log.key", "the board is of another log than the one shown");
  const logKey = decodeVerifierKey(keyLine);
  const checkpoint = openCheckpoint(file(files, "checkpoint"), logKey);
  const range = members(parseCompact(file(files, "range.json"), { sizeLimit: RANGE_LIMIT }), ["first", "left", "right"]);
  const raws = lines(files, "entries.jsonl");
  const hashes = (list) => array(list).map((hash) => fromB64(hash));
  const first = integer(range.first);
  verifyRange(
    raws.map((raw) => leafHash(raw)),
    first,
    checkpoint.treeSize,
    hashes(range.left),
    hashes(range.right),
    checkpoint.rootHash,
  );
  if (BigInt(first) + BigInt(raws.length) !== BigInt(checkpoint.treeSize)) {
    throw new InvalidProof("board.cut", "the entries stop before the end of the log");
  }
  const entries = raws.map((raw) => {
    const value = parseCompact(raw);
    const [, kind] = /^kalpi\/([a-z-]+)\/v1$/.exec(value.type) ?? [];
    return { kind, ...value };
  });
  return entries.filter((entry) => entry.referendum === expected.referendum);
}

/** Setup and what follows it in the archive, in the one order events may have. */
function readSetup(files) {
  const names = Object.keys(files).filter((name) => name.endsWith(".bel"));
  if (names.length !== 1) throw new Malformed("board.archive", "one archive was expected");
  const { events } = readArchive(file(files, names[0]));
  const order = events.map(({ kind }) => kind).join(" ");
  if (!/^Setup(?: Ballot)* EndBallots EncryptedTally(?: PartialDecryption)*$/.test(order)) {
    throw new InvalidProof("board.order", "a closed and tallied board without result was expected");
  }
  const [electionRaw, trusteesRaw, credentialsRaw, setupRaw] = events[0].bodies;
  const setup = members(parseCompact(setupRaw), ["election", "trustees", "credentials"]);
  const digests = {
    election: sha256Hex(electionRaw),
    trustees: sha256Hex(trusteesRaw),
    credentials: sha256Hex(credentialsRaw),
  };
  if (Object.keys(digests).some((name) => setup[name] !== digests[name])) {
    throw new InvalidProof("board.setup", "the setup names other data than the archive holds");
  }
  const election = decodeElection(electionRaw);
  if (election.rules === null || names[0] !== `${election.uuid}.bel`) {
    throw new InvalidProof("board.rules", "an election under our rules was expected");
  }
  const trustees = decodeTrustees(trusteesRaw, election.group);
  const credentials = new Set(decodePublicCredentials(credentialsRaw, election).map((credential) => credential.text));
  const raws = events.filter(({ kind }) => kind === "Ballot").map(({ bodies }) => bodies[0]);
  const tallied = events.find(({ kind }) => kind === "EncryptedTally").bodies;
  return { election, trustees, credentials, raws, tallied, digests };
}

/** The trustees are whole, the ballots are encrypted to their key, and this device holds the place it was given. */
function checkKeys(entries, { election, trustees, digests }, { ceremony, index, publicKey }) {
  const { group } = election;
  trustees.check();
  if (!group.equal(trustees.electionKey, election.publicKey)) {
    throw new InvalidProof("board.key", "the key of the ballot box is not the trustees' key");
  }
  if (!group.equal(trustees.publicKey(index), publicKey)) {
    throw new InvalidProof("board.trustee", "the key file belongs to another place among the trustees");
  }
  const completed = only(entries, "ceremony-completed", (entry) => entry.ceremony === ceremony);
  if (completed.trustees !== digests.trustees) {
    throw new InvalidProof("board.ceremony", "the trustees are not those of your key ceremony");
  }
}

function checkVoteEntries(entries, { election, digests }) {
  const opened = only(entries, "opened");
  if (election.uuid !== opened.referendum) {
    throw new InvalidProof("board.election", "the archive is of another vote");
  }
  for (const name of ["election", "trustees", "credentials"]) {
    if (opened[name] !== digests[name]) throw new InvalidProof("board.opened", `the vote was opened with other ${name}`);
  }
  only(entries, "closed");
  return entries.indexOf(opened);
}

function checkRehearsalEntries(entries, { election, digests }) {
  if (entries.some(({ kind }) => kind === "opened")) {
    throw new InvalidProof("board.opened", "the vote has opened: no rehearsal is decrypted any more");
  }
  const rehearsal = only(entries, "rehearsal-opened", (entry) => entry.rehearsal === election.uuid);
  if (rehearsal.election !== digests.election) {
    throw new InvalidProof("board.election", "the archive is of another rehearsal");
  }
  return null;
}

async function checkBallots({ election, credentials, raws }, statements, onProgress) {
  if (raws.length !== statements.length) {
    throw new InvalidProof("board.statements", "as many order statements as ballots were expected");
  }
  const seen = { alphas: new Set(), codes: new Set() };
  const last = new Map(); // credential → its latest statement
  const checked = [];
  for (const [place, raw] of raws.entries()) {
    const ballot = decodeBallot(raw, election);
    if (!credentials.has(ballot.credentialText)) {
      throw new InvalidProof("board.credential", `ballot ${place + 1} has a credential that is not listed`);
    }
    const order = decodeOrder(statements[place], election.group);
    checkPlace(order, ballot, last.get(ballot.credentialText) ?? null, place);
    last.set(ballot.credentialText, order);
    claim(seen.codes, ballot.signatureHash, place);
    for (const { choices } of ballot.answers) {
      for (const { alpha } of choices) claim(seen.alphas, election.group.encode(alpha), place);
    }
    checkOrder(order, election);
    checkBallot(ballot, election);
    checked.push({ ballot, order });
    if (place % YIELD_EVERY === 0) {
      onProgress(place / raws.length);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  onProgress(1);
  return checked;
}

/** Each voter's ballots stand in the order she signed. */
function checkPlace(order, ballot, previous, place) {
  const sequence = previous === null ? 0 : previous.sequence + 1;
  const before = previous === null ? FIRST : previous.ballot;
  if (
    order.credentialText !== ballot.credentialText ||
    order.sequence !== sequence ||
    !sameBytes(order.previous, before) ||
    toHex(order.ballot) !== sha256Hex(ballot.raw)
  ) {
    throw new InvalidProof("board.sequence", `ballot ${place + 1} does not stand where its voter put it`);
  }
}

function claim(seen, value, place) {
  if (seen.has(value)) throw new InvalidProof("board.repeated", `ballot ${place + 1} repeats a part of an earlier one`);
  seen.add(value);
}

/** The board's ballots are exactly the vote's ballot entries between opening and closing, in the same order. */
function checkBallotEntries(entries, opening, ballots) {
  const closing = entries.findIndex(({ kind }) => kind === "closed");
  const logged = entries.filter(({ kind }) => kind === "ballot");
  const between = entries.slice(opening, closing).filter(({ kind }) => kind === "ballot");
  const same =
    logged.length === between.length &&
    logged.length === ballots.length &&
    logged.every(
      (entry, place) =>
        entry.ballot === sha256Hex(ballots[place].ballot.raw) &&
        entry.length === ballots[place].ballot.raw.length &&
        entry.order === toHex(ballots[place].order.digest),
    );
  if (!same) throw new InvalidProof("board.entries", "the ballots are not those of the public log");
  const voided = new Set(entries.filter(({ kind }) => kind === "challenged").map(({ code }) => code));
  if (ballots.some(({ ballot }) => voided.has(ballot.signatureHash))) {
    throw new InvalidProof("board.void", "an opened ballot stands on the board");
  }
}

/** The published tally and its entry are the one computed here. */
function checkTally({ election, tallied }, entries, kind, tally) {
  const [encrypted, sized] = tallied;
  if (!sameBytes(encrypted, tally.raw) || !sameBytes(sized, tally.sized)) {
    throw new InvalidProof("board.tally", "the published tally is not the sum of the ballots that count");
  }
  const claimed =
    kind === "vote"
      ? only(entries, "tallied").encrypted
      : only(entries, "rehearsal-tallied", (entry) => entry.rehearsal === election.uuid).tally;
  if (claimed !== toHex(tally.digest)) {
    throw new InvalidProof("board.tallied", "the log names another tally");
  }
}

function only(entries, kind, matches = () => true) {
  const found = entries.filter((entry) => entry.kind === kind && matches(entry));
  if (found.length !== 1) throw new InvalidProof("board.log", `one entry of kind ${kind} was expected in the log`);
  return found[0];
}

function file(files, name) {
  if (!Object.hasOwn(files, name)) throw new Malformed("board.files", `the file ${name} is missing`);
  return files[name];
}

function text(files, name) {
  return decodeUtf8(file(files, name));
}

/** The lines of a .jsonl file, as bytes without their line feeds. */
function lines(files, name) {
  const raw = file(files, name);
  const found = [];
  let start = 0;
  raw.forEach((byte, place) => {
    if (byte === 0x0a) {
      found.push(raw.subarray(start, place));
      start = place + 1;
    }
  });
  if (start !== raw.length) throw new Malformed("board.files", `${name} does not end with a line feed`);
  return found;
}
