/**
 * The booth: choose, check, cast, with the check of a ballot beside it. This module and the page parts it imports are
 * the only ones that touch the page; secrets stay in the worker.
 */

import { takeCardCode } from "./fragment.mjs";
import { checkSameQuestions, drawQuestions, drawReview, readMarks, restoreMarks } from "./ballot_paper.mjs";
import { ALL_PANELS, CastPage } from "./cast_page.mjs";
import { selectionOf, shortcoming } from "./choice.mjs";
import { WorkerDesk } from "./desk.mjs";
import { decodeElection } from "./election.mjs";
import { sha256Hex } from "./encoding.mjs";
import { Flaw } from "./errors.mjs";
import { LoginGate } from "./login_gate.mjs";
import { decodeVerifierKey } from "./note.mjs";
import { at, blame, bytesAt, given, hide, Http, show, speaker, turnTo } from "./page.mjs";

const SECTIONS = ["starting", "unable", "choose", "check", "audit", "opened", "cast"];
const STEPS = { choose: "choose", check: "check", audit: "check", opened: "check", cast: "cast" };
const ORDER = ["choose", "check", "cast"];

const cardCode = takeCardCode();
const page = given("vote");
const say = speaker(given("strings"));
const http = new Http(page.csrf);
const gate = new LoginGate(http, interrupt);
gate.silence = say("no_answer");

let desk = null;
let election = null;
let cast = null;
let current = "starting";
let scanned = null; // the card of the address, read by the worker, not yet admitted by the service
let credential = null;
let selections = null; // what is sealed and what the check shows: one object (CL-19)

start().catch((error) => fail(error.unable ?? "unable_crash"));

async function start() {
  turn("starting");
  const texts = await load();
  election = texts.election;
  desk = new WorkerDesk();
  await desk.ask("start", { election: election.raw }).catch(() => give("unable_selftest"));
  const vote = {
    uuid: election.uuid,
    url: page.url,
    acceptanceKey: decodeVerifierKey(page.acceptance_key),
    logKey: decodeVerifierKey(page.log_key),
  };
  cast = new CastPage({
    gate, http, desk, vote, say, turn, announce, onRecorded: forget, onNewBallot: () => checkChoice(),
  });
  drawQuestions(at("questions"), election, texts.manifest, say);
  listen();
  if (cast.resume()) return;
  if (cardCode !== null) scanned = await desk.ask("card", { typed: cardCode }).catch(() => null);
  turn("choose");
}

/** Election and manifest as they were opened with. */
async function load() {
  let raw = null;
  try {
    raw = await Promise.all([bytesAt(`${page.url}/election.json`), bytesAt(`${page.url}/manifest.json`)]);
  } catch {
    give("unable_load");
  }
  const [electionBytes, manifestBytes] = raw;
  try {
    if (sha256Hex(electionBytes) !== page.election_hash || sha256Hex(manifestBytes) !== page.manifest_hash) {
      throw new Error("not the bytes of the opening");
    }
    const decoded = decodeElection(electionBytes);
    const manifest = JSON.parse(new TextDecoder().decode(manifestBytes));
    checkSameQuestions(decoded, manifest);
    return { election: decoded, manifest };
  } catch {
    return give("unable_texts");
  }
}

function listen() {
  on("choices", "submit", () => {
    const marks = readMarks(at("questions"));
    selections = Object.freeze(
      election.questions.map((question, number) => Object.freeze(selectionOf(question, marks[number]))),
    );
    if (blameQuestions()) checkChoice();
  });
  on("change", "click", () => {
    restoreMarks(at("questions"), election, selections);
    turn("choose");
  });
  on("card-form", "submit", async () => {
    const typed = at("card").value;
    if (await useCard(typed, (sentence) => blame("card", sentence))) {
      at("card").value = "";
      await prepare();
    }
  });
  on("fetch-code", "click", fetchCode);
  on("cast-now", "click", castNow);
  on("to-audit", "click", () => turn("audit"));
  on("leave-audit", "click", () => turn("check"));
  on("open-ballot", "click", openBallot);
  on("after-audit", "click", () => checkChoice());
  window.addEventListener("beforeunload", (event) => {
    if (selections !== null) event.preventDefault();
  });
}

/** Whether every question allows what was marked; otherwise the first that does not is shown. */
function blameQuestions() {
  const wrong = election.questions.map((question, number) => shortcoming(question, selections[number]));
  wrong.forEach((kind, number) => {
    const words = at(`question-${number}-error`);
    words.textContent = kind === null ? "" : say(`shortcoming_${kind}`);
    words.hidden = kind === null;
    at(`question-${number}`).classList.toggle("wrong", kind !== null);
  });
  const first = wrong.findIndex((kind) => kind !== null);
  if (first >= 0) at(`question-${first}`).querySelector("input").focus();
  return first < 0;
}

/** The second step. With a card known the ballot is sealed at once, otherwise the card is asked for. */
async function checkChoice() {
  drawReview(at("review"), election, selections, say);
  hide("ready", "card-form", "service-code", "cast-error");
  turn("check");
  if (scanned !== null && (await admit(scanned))) scanned = null;
  if (credential !== null) await prepare();
  else show(page.issuer === "service" ? "service-code" : "card-form");
}

/** Whether this code's card may vote here. `complain` gets the sentence to show. */
async function useCard(typed, complain) {
  complain("");
  try {
    return await admit(await desk.ask("card", { typed }), complain);
  } catch (flaw) {
    complain(flaw instanceof Flaw && flaw.code.startsWith("card.") ? say(flaw.code) : say("no_answer"));
    return false;
  }
}

/** Ask the service whether this person may use the card that the worker holds. */
async function admit(card, complain = () => {}) {
  try {
    const answer = await gate.through(() => http.post(`${page.url}/next`, { credential: card.credential }));
    if (answer.status === 200) credential = card.credential;
    else complain(refusalWords(answer));
    return answer.status === 200;
  } catch {
    complain(say("no_answer"));
    return false;
  }
}

async function fetchCode() {
  const complain = (sentence) => {
    at("service-error").textContent = sentence;
    at("service-error").hidden = sentence === "";
  };
  try {
    const answer = await gate.through(() => http.post(`${page.url}/code`, {}));
    if (answer.status !== 200) complain(refusalWords(answer));
    else if (await useCard(answer.value.code, complain)) await prepare();
  } catch {
    complain(say("no_answer"));
  }
}

async function prepare() {
  hide("ready", "card-form", "service-code");
  show("preparing");
  const { code } = await desk.ask("prepare", { selections });
  for (const id of ["ready-code", "audit-code"]) at(id).textContent = code;
  hide("preparing");
  show("ready");
  at("ready").querySelector("h3").focus();
}

async function castNow() {
  hide("cast-error");
  const button = at("cast-now");
  button.disabled = true; // one press, one ballot
  let signed = null;
  try {
    const answer = await gate.through(() => http.post(`${page.url}/next`, { credential }));
    if (answer.status === 200) signed = await cast.sign(credential, answer.value);
    else complainBelow("cast-error", refusalWords(answer));
  } catch {
    complainBelow("cast-error", say("no_answer"));
  }
  button.disabled = false;
  if (signed !== null) await cast.send(signed);
}

/** The code becomes void first; only then are choice and randomness shown (CL-09). */
async function openBallot() {
  hide("audit-error");
  at("open-ballot").disabled = true;
  try {
    const code = at("audit-code").textContent;
    const answer = await gate.through(() => http.post(`${page.url}/challenges`, { code }));
    if (answer.value?.state !== "void") {
      complainBelow("audit-error", refusalWords(answer));
      return;
    }
    showOpened(await desk.ask("open"));
  } catch {
    complainBelow("audit-error", say("no_answer"));
  } finally {
    at("open-ballot").disabled = false;
  }
}

function showOpened({ code, opening, selections: held }) {
  at("opened-code").textContent = code;
  drawReview(at("opened-words"), election, held, say);
  const text = JSON.stringify(opening);
  at("opening-text").value = text;
  at("opening-file").href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  turn("opened");
}

/** Recorded: nothing of the choice stays on this device. */
function forget() {
  selections = null;
  credential = null;
  at("choices").reset();
  at("review").replaceChildren();
  at("opened-words").replaceChildren();
  at("opening-text").value = "";
  hide("leave");
  desk.dismiss();
}

function turn(section) {
  current = section;
  turnTo(section, SECTIONS);
  const step = STEPS[section];
  if (step === undefined) return;
  for (const name of ORDER) {
    const mark = at(`step-${name}`);
    mark.classList.toggle("done", ORDER.indexOf(name) < ORDER.indexOf(step));
    if (name === step) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
}

/** Show a panel of the third step in between; the function returned goes back. */
function interrupt(panel) {
  const before = current;
  const shown = ALL_PANELS.filter((name) => !at(name).hidden);
  turnTo("cast", SECTIONS);
  hide(...ALL_PANELS.filter((name) => name !== panel));
  show(panel);
  at(panel).querySelector("h2").focus();
  return () => {
    hide(panel);
    show(...shown.filter((name) => name !== panel));
    turn(before);
  };
}

function fail(why) {
  if (cast?.recover()) return; // a ballot is under way: "nothing was sent" would be a lie
  at("unable-why").textContent = say(why);
  desk?.dismiss();
  turn("unable");
}

function give(unable) {
  throw Object.assign(new Error(unable), { unable });
}

function refusalWords({ value }) {
  return value?.sentence ? [value.sentence, value.advice].filter(Boolean).join(" ") : say("no_answer");
}

function complainBelow(id, sentence) {
  at(id).textContent = sentence;
  show(id);
}

function announce(sentence) {
  at("spoken").textContent = sentence;
}

function on(id, event, action) {
  at(id).addEventListener(event, (happened) => {
    if (event === "submit") happened.preventDefault();
    Promise.resolve(action(happened)).catch(() => fail("unable_crash"));
  });
}
