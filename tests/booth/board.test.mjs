// A trustee's device decrypts the whole board of its own vote and nothing else, even when the log vouches for it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";

import { toHex } from "../../templates/static/booth/encoding.mjs";
import { ED25519 } from "../../templates/static/booth/group.mjs";
import { verifyBoard } from "../../templates/static/trustee/board.mjs";
import { ATTEMPTS, checkedDownload } from "../../templates/static/trustee/download.mjs";
import { ROOT } from "./vectors.mjs";

const { key, boards } = makeBoards();

function makeBoards() {
  const [python, script] = [".venv/bin/python", "tests/booth/boards.py"].map((path) => fileURLToPath(new URL(path, ROOT)));
  const { status, stdout, stderr } = spawnSync(python, [script], { encoding: "utf-8", maxBuffer: 64 * 1024 * 1024 });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

function filesOf(name) {
  const decoded = Object.entries(boards[name].files).map(([file, raw]) => [file, new Uint8Array(Buffer.from(raw, "base64"))]);
  return Object.fromEntries(decoded);
}

/** What the board called `name` comes to for the trustee of place 1, or with other expectations. */
function examine(name, expectations = {}) {
  const { referendum, ceremony, logKey } = key;
  const publicKey = ED25519.generatorPower(BigInt(key.share));
  return verifyBoard(filesOf(name), boards[name].kind, { referendum, ceremony, logKey, index: 1, publicKey, ...expectations });
}

async function isRefused(name, code, expectations) {
  await assert.rejects(examine(name, expectations), (flaw) => {
    assert.equal(flaw.code, code, `${name}: ${flaw.stack}`);
    return true;
  });
}

test("an honest closed vote passes, with the tally that the log names", async () => {
  const { tally, ballots } = await examine("vote");
  const tallied = new TextDecoder().decode(filesOf("vote")["entries.jsonl"]).split("\n").at(-2);
  assert.equal(ballots, 5);
  assert.equal(toHex(tally.digest), JSON.parse(tallied).encrypted);
});

test("an honest rehearsal passes", async () => {
  assert.equal((await examine("rehearsal")).ballots, 5);
});

const REFUSED = [
  ["TK-08 a range of entries that stops before the end of the log", "vote, cut", "board.cut"],
  ["TK-08 a rehearsal whose range could hide the opening", "rehearsal, cut", "board.cut"],
  ["TK-08 a vote whose closing is not logged", "vote, not closed in the log", "board.log"],
  ["TK-08 a board without its last ballot", "vote, a ballot left out", "board.entries"],
  ["TK-09 a rehearsal once the vote has opened", "rehearsal, opened since", "board.opened"],
  ["TK-09 an election that is not the rehearsal's", "rehearsal, another election", "board.election"],
  ["TK-09 a rehearsal's tally that the log does not name", "rehearsal, altered tally entry", "board.tallied"],
  ["TK-09 a ballot that was opened for checking", "vote, a ballot that was opened", "board.void"],
  ["TK-05 trustees of another ceremony", "vote, another ceremony", "board.trustee"],
  ["TK-05 trustees that the ceremony did not make", "vote, other trustees completed", "board.ceremony"],
  ["TK-05 trustees that the vote was not opened with", "vote, opened with other trustees", "board.opened"],
  ["TK-05 a ballot box key that is not the trustees'", "vote, another ballot box key", "board.key"],
  ["BB-17 two ballots exchanged", "vote, two ballots exchanged", "board.entries"],
  ["BB-17 a voter's two ballots exchanged in the log too", "vote, a voter's two ballots exchanged, in the log too", "board.sequence"],
  ["BB-17 a voter's first ballot left out of the log too", "vote, a voter's first ballot left out, in the log too", "board.sequence"],
  ["BB-17 a tally that is not the sum, in the log too", "vote, altered tally", "board.tally"],
  ["BB-17 a tally that the log does not name", "vote, altered tally entry", "board.tallied"],
];

for (const [what, name, code] of REFUSED) test(`${what} is refused`, () => isRefused(name, code));

test("TK-05 a key in another trustee's place is refused", () => isRefused("vote", "board.trustee", { index: 2 }));

test("TK-05 a key of another ceremony is refused", () => isRefused("vote", "board.log", { ceremony: "f".repeat(32) }));

test("TK-09 the board of another vote than the key's is refused", () =>
  isRefused("vote", "board.log", { referendum: "zZ111111111111" }));

test("a board of another log than the one the trustee compared is refused", () =>
  isRefused("vote", "log.key", { logKey: `${key.logKey}x` }));

test("files fetched while the log grew are fetched anew, up to three times in all", async () => {
  const torn = () => ({ ...filesOf("vote"), "checkpoint": filesOf("vote, cut").checkpoint });
  const { referendum, ceremony, logKey } = key;
  const expected = { referendum, ceremony, logKey, index: 1, publicKey: ED25519.generatorPower(BigInt(key.share)) };
  const check = (files) => verifyBoard(files, "vote", expected);
  let fetched = 0;
  const grows = (times) => async () => {
    fetched += 1;
    return fetched <= times ? torn() : filesOf("vote");
  };
  assert.equal((await checkedDownload(grows(ATTEMPTS - 1), check)).ballots, 5);
  assert.equal(fetched, ATTEMPTS);
  fetched = 0;
  await assert.rejects(checkedDownload(grows(ATTEMPTS), check), { code: "log.range" });
  assert.equal(fetched, ATTEMPTS);
});

test("a board that is refused for what it says is not fetched again", async () => {
  let fetched = 0;
  const download = async () => (fetched += 1);
  const check = () => Promise.reject(Object.assign(new Error("other"), { code: "board.entries" }));
  await assert.rejects(checkedDownload(download, check), { code: "board.entries" });
  assert.equal(fetched, 1);
});
