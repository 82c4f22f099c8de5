// The desk in the worker: a prepared ballot is opened or signed, never both; an opening is read on another device.

import assert from "node:assert/strict";
import test from "node:test";

import { checkBallot, decodeBallot } from "../../templates/static/booth/ballot.mjs";
import { BLANK, marksOf, selectionOf, shortcoming, wordsOf } from "../../templates/static/booth/choice.mjs";
import { decodeElection } from "../../templates/static/booth/election.mjs";
import { compact } from "../../templates/static/booth/encoding.mjs";
import { readOpening } from "../../templates/static/booth/opening.mjs";
import { checkOrder, decodeOrder } from "../../templates/static/booth/order.mjs";
import { Desk, serve } from "../../templates/static/booth/worker.mjs";
import { refused, text, vector } from "./vectors.mjs";

const { election: raw } = vector("kalpi/ballot.json").cases[3]; // Ed25519, three questions
const election = decodeElection(text(raw));
const [{ typed }] = vector("kalpi/card.json").accepted;
const CHOICE = [[0, 1, 0], [1, 0, 1], [0, 1, 0, 1]];
const FIRST = { sequence: 0, previous: "0".repeat(64) };

function deskWithCard() {
  const desk = new Desk();
  desk.start({ election: text(raw) });
  const { credential } = desk.card({ typed });
  return { desk, credential };
}

test("the desk signs what it prepared, and the ballot and its order verify", () => {
  const { desk, credential } = deskWithCard();
  const { code } = desk.prepare({ selections: CHOICE });
  const signed = desk.sign(FIRST);
  const ballot = decodeBallot(text(signed.ballot), election);
  checkBallot(ballot, election);
  assert.equal(ballot.code, code);
  assert.equal(ballot.credentialText, credential);
  const again = desk.order({ sequence: 1, previous: "11".repeat(32), digest: signed.digest });
  for (const { order } of [signed, again]) checkOrder(decodeOrder(text(order), election.group), election);
});

test("CL-09 M32 an opened ballot can no longer be signed, nor a signed one opened", () => {
  const { desk } = deskWithCard();
  desk.prepare({ selections: CHOICE });
  desk.open();
  refused(() => desk.sign(FIRST), "ballot.spent");
  desk.prepare({ selections: CHOICE });
  desk.sign(FIRST);
  refused(() => desk.open(), "ballot.spent");
  refused(() => desk.sign(FIRST), "ballot.spent");
});

test("CL-09 another device reads the opening: same code, same choice; a changed one is refused", () => {
  const { desk } = deskWithCard();
  const { code } = desk.prepare({ selections: CHOICE });
  const { opening } = desk.open();
  assert.deepEqual(readOpening(compact(opening), election), { code, selections: CHOICE });
  const changed = { ...opening, selections: [[0, 0, 1], ...CHOICE.slice(1)] };
  refused(() => readOpening(compact(changed), election), "challenge.opening");
  const elsewhere = { ...opening, election: "A".repeat(43) };
  refused(() => readOpening(compact(elsewhere), election), "opening.election");
  refused(() => readOpening(text("{}"), election), "json.members");
  refused(() => readOpening(text("κάτι"), election), "json.syntax");
});

test("CL-09 after an opening the new ballot shares nothing with the old one", () => {
  const { desk } = deskWithCard();
  const alphas = [1, 2].flatMap(() => {
    desk.prepare({ selections: CHOICE });
    const { opening } = desk.open();
    return JSON.parse(opening.ballot).answers.flatMap(({ choices }) => choices.map(({ alpha }) => alpha));
  });
  assert.equal(new Set(alphas).size, alphas.length);
});

test("CL-11 the worker answers with a code, never with what was typed", () => {
  const sent = [];
  const scope = { postMessage: (message) => sent.push(message) };
  serve(scope);
  const ask = (message) => scope.onmessage({ data: message });
  ask({ id: 1, act: "start", election: text(raw) });
  ask({ id: 2, act: "card", typed: "secret typing" });
  ask({ id: 3, act: "constructor" });
  ask({ id: 4, act: "prepare", selections: CHOICE });
  assert.deepEqual(sent.slice(1), [
    { id: 2, flaw: "card.length" },
    { id: 3, flaw: "worker.act" },
    { id: 4, flaw: "worker.crash" },
  ]);
});

test("CL-19 words are read back from the very numbers that are sealed", () => {
  const labels = { blankLabel: "Λευκό", noneLabel: "—" };
  for (const question of election.questions) {
    for (const marks of [[0], [1], [0, 1], ...(question.blank ? [[BLANK]] : [])]) {
      const selection = selectionOf(question, marks);
      assert.deepEqual(marksOf(question, selection), marks);
      const expected = marks.map((mark) => (mark === BLANK ? "Λευκό" : question.answers[mark]));
      assert.deepEqual(wordsOf(question, selection, labels), expected);
    }
  }
  const [yesNo] = election.questions;
  assert.equal(shortcoming(yesNo, selectionOf(yesNo, [])), "none");
  assert.equal(shortcoming(yesNo, selectionOf(yesNo, [0, 1])), "many");
  assert.equal(shortcoming(yesNo, selectionOf(yesNo, [BLANK])), null);
});
