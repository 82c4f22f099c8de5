/**
 * What is known about one cast ballot, and how it becomes known: the voter's half of the cast contract.
 *
 * There are three final sentences, and always exactly one of them holds: recorded, not recorded, unknown. "Recorded"
 * needs a signed acceptance of this very ballot and its inclusion in a checkpoint signed by the log, both verified
 * here. Everything it touches is handed in, so node can run it: `http` (post, get), `wait`, `store`, `report`.
 *
 * Source: DESIGN.md section 2, "The cast contract"; security.md 2.10, rows RL-01 to RL-04, CL-18, BB-09.
 */

import { parseAcceptance } from "./acceptance.mjs";
import { openCheckpoint } from "./checkpoint.mjs";
import { fromB64, fromHex, sameBytes, toHex, utf8 } from "./encoding.mjs";
import { makeBallot } from "./entry.mjs";
import { Flaw, InvalidProof } from "./errors.mjs";
import { leafHash, verifyInclusion } from "./tree.mjs";

export const SENDING = "sending";
export const ACCEPTED = "accepted"; // promised by the service, not yet seen in the log
export const RECORDED = "recorded";
export const NOT_RECORDED = "not_recorded";
export const UNKNOWN = "unknown";

const FIRST_PAUSE = 1_000; // milliseconds, doubled after each failure
const LONGEST_PAUSE = 30_000;
const LOG_PAUSE = 2_000; // ballots enter the log every ten seconds or so

/** What a browser keeps of a ballot under way: nothing here tells a choice. Texts and hexadecimal digests. */
export function makePending({ ballot, order, digest, orderDigest, code, sequence }) {
  return Object.freeze({ ballot, order, digest, orderDigest, code, sequence });
}

export class Casting {
  #http;
  #wait;
  #store;
  #report;
  #vote;
  #round = 0;

  /**
   * `vote`: uuid, url (of the referendum), acceptanceKey and logKey (VerifierKey). `http.post(url, value)` and
   * `http.get(url)` give { status, value } with the JSON answer or null, and throw when nothing came back.
   * `report(state, { pending, refusal, suspicious, index })` is called at every change.
   */
  constructor({ http, wait, store, report, vote }) {
    this.#http = http;
    this.#wait = wait;
    this.#store = store;
    this.#report = report;
    this.#vote = vote;
    this.pending = null;
    this.state = null;
  }

  /** Send a signed ballot, or send the same bytes again. Resolves when one of the three sentences holds. */
  async send(pending) {
    const round = this.#begin(pending, SENDING);
    let answer = null;
    try {
      const { ballot, order } = pending;
      answer = await this.#http.post(`${this.#vote.url}/ballots`, { ballot, order });
    } catch {
      answer = null;
    }
    if (round !== this.#round) return;
    if (answer !== null && (answer.status === 200 || answer.status === 201) && answer.value?.acceptance) {
      await this.#follow(round, answer.value);
    } else if (answer !== null && isRefusal(answer)) {
      // A refusal is an answer: nothing was recorded by this request. Whether it can be mended, the code says.
      this.#tell(NOT_RECORDED, { refusal: answer.value });
    } else {
      await this.#ask(round);
    }
  }

  /** After a reload: nothing is sent, the service is asked. */
  async resume(pending) {
    await this.#ask(this.#begin(pending, UNKNOWN));
  }

  /** Stop asking; what was kept of the ballot is forgotten. */
  stop() {
    this.#round += 1;
    this.#store.clear();
  }

  #begin(pending, state) {
    this.#round += 1;
    this.pending = pending;
    this.#store.save(pending);
    this.#tell(state);
    return this.#round;
  }

  #tell(state, facts = {}) {
    this.state = state;
    if (state === RECORDED) this.#store.clear();
    this.#report(state, { pending: this.pending, refusal: null, suspicious: false, index: null, ...facts });
  }

  /** Ask by the ballot's hash until there is an answer; a lost answer is never taken for a refusal. */
  async #ask(round) {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const answer = await this.#look();
      if (round !== this.#round) return;
      if (answer?.state === "recorded") {
        await this.#follow(round, answer);
        return;
      }
      if (answer?.state === "not_recorded") {
        this.#tell(NOT_RECORDED);
        return;
      }
      this.#tell(UNKNOWN);
      await this.#wait(pause);
      if (round !== this.#round) return;
    }
  }

  /** From an acceptance to the log. A wrong one is no acceptance: the state stays unknown, and says why (BB-09). */
  async #follow(round, first) {
    let answer = first;
    let pause = LOG_PAUSE;
    for (;;) {
      const { state, facts } = this.#judge(answer);
      if (state !== null) this.#tell(state, facts);
      if (state === RECORDED) return;
      await this.#wait(pause);
      if (round !== this.#round) return;
      answer = await this.#look();
      if (round !== this.#round) return;
      // An acceptance once verified is not taken back by a silent or forgetful server; it is evidence.
      pause = answer === null ? Math.min(2 * pause, LONGEST_PAUSE) : LOG_PAUSE;
    }
  }

  #judge(answer) {
    if (answer === null) return { state: null, facts: {} };
    if (answer.state !== "recorded") return { state: UNKNOWN, facts: { suspicious: this.state === ACCEPTED } };
    try {
      const acceptance = checkAcceptance(answer.acceptance, this.pending, this.#vote);
      const signed = { acceptance: answer.acceptance };
      if (answer.checkpoint === undefined) return { state: ACCEPTED, facts: signed };
      const index = checkLogged(answer, acceptance, this.pending, this.#vote);
      return { state: RECORDED, facts: { index, ...signed } };
    } catch (flaw) {
      if (!(flaw instanceof Flaw)) throw flaw;
      return { state: UNKNOWN, facts: { suspicious: true } };
    }
  }

  async #look() {
    try {
      const { status, value } = await this.#http.get(`${this.#vote.url}/ballots/${this.pending.digest}`);
      return status === 200 && typeof value?.state === "string" ? value : null;
    } catch {
      return null;
    }
  }
}

/** That this acceptance promises this very ballot. Throws Malformed, InvalidProof. */
export function checkAcceptance(note, pending, { uuid, acceptanceKey }) {
  const acceptance = parseAcceptance(utf8(String(note)), acceptanceKey);
  const promised = [
    acceptance.referendum === uuid,
    toHex(acceptance.ballot) === pending.digest,
    sameBytes(acceptance.code, fromB64(`${pending.code}=`)),
    toHex(acceptance.order) === pending.orderDigest,
    acceptance.sequence === BigInt(pending.sequence),
  ];
  if (!promised.every(Boolean)) {
    throw new InvalidProof("acceptance.other", "the acceptance is for another ballot");
  }
  return acceptance;
}

/** That the ballot's entry is in a log that the log's key signed; returns its index. Throws Malformed, InvalidProof. */
export function checkLogged({ index, size, hashes, checkpoint }, acceptance, pending, { uuid, logKey }) {
  const signed = openCheckpoint(utf8(String(checkpoint)), logKey);
  if (!Number.isSafeInteger(index) || signed.treeSize !== BigInt(size) || BigInt(index) < acceptance.treeSize) {
    throw new InvalidProof("log.inclusion", "index or size do not fit the checkpoint and the acceptance");
  }
  const entry = makeBallot({
    referendum: uuid,
    ballot: fromHex(pending.digest),
    length: utf8(pending.ballot).length,
    order: fromHex(pending.orderDigest),
  });
  verifyInclusion(leafHash(entry), index, size, hashes.map(fromB64), signed.rootHash);
  return index;
}

/** A refusal by the service itself, with its code; a proxy's page, a timeout or a crash is none (RL-04). */
function isRefusal({ status, value }) {
  return status >= 400 && status < 500 && status !== 408 && status !== 429 && typeof value?.code === "string";
}
