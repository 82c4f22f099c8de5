/**
 * The voter's secrets live here: card code, key, choices, randomness. No page, no network: choices come in, a prepared
 * ballot stays, and either its opening or its signed bytes go out, never both.
 *
 * Messages { id, act, ... } are answered by { id, value } or { id, flaw: code }.
 */

import { decodeElection } from "./election.mjs";
import { fromHex, sha256Hex } from "./encoding.mjs";
import { Flaw } from "./errors.mjs";
import { parseCode, votingKey } from "./card.mjs";
import { encodeOpening } from "./opening.mjs";
import { signOrder } from "./order.mjs";
import { checkOpening, prepareBallot, signBallot } from "./sealing.mjs";
import { selfTest } from "./selftest.mjs";

/** The acts, and what they remember between them. */
export class Desk {
  #election = null;
  #key = null;
  #credential = null;
  #prepared = null;

  /** `election`: the bytes of election.json. Runs the self-test for its group. */
  start({ election }) {
    this.#election = decodeElection(election);
    selfTest(this.#election.group);
    this.#election.group.prepare(this.#election.publicKey);
    const { uuid, fingerprint, rules } = this.#election;
    return { uuid, fingerprint, rules };
  }

  /** Remember the card whose code was typed; returns the credential it has in this vote. */
  card({ typed }) {
    const { group, uuid } = this.#election;
    this.#key = votingKey(group, parseCode(typed), uuid);
    this.#credential = group.generatorPower(this.#key);
    this.#prepared = null;
    return { credential: group.encode(this.#credential) };
  }

  /** Seal the choices; returns the code of the ballot, which is still unsigned. */
  prepare({ selections }) {
    this.#prepared = prepareBallot(this.#election, this.#credential, selections);
    return { code: this.#prepared.code };
  }

  /** Give the choices and the randomness away: for a ballot whose code is void. Its opening is checked first. */
  open() {
    const prepared = this.#take();
    const { unsigned, code, randomness, selections } = prepared;
    checkOpening(this.#election, unsigned, selections, randomness);
    return { code, selections, opening: encodeOpening(this.#election, prepared) };
  }

  /** Sign the prepared ballot and its place in this card's order. `previous` is hexadecimal. */
  sign({ sequence, previous }) {
    const { unsigned, code } = this.#take();
    const ballot = signBallot(this.#election, unsigned, this.#key);
    const digest = sha256Hex(ballot);
    return { ballot: new TextDecoder().decode(ballot), digest, code, ...this.order({ sequence, previous, digest }) };
  }

  /** Sign the place of a ballot again: another ballot with this card came before it. */
  order({ sequence, previous, digest }) {
    const order = signOrder(this.#election, this.#key, sequence, fromHex(previous), fromHex(digest));
    return { order: new TextDecoder().decode(order), orderDigest: sha256Hex(order), sequence };
  }

  /** Forget card, key and choice. */
  forget() {
    this.#key = this.#credential = this.#prepared = null;
    return {};
  }

  #take() {
    const prepared = this.#prepared;
    if (prepared === null) throw new Flaw("ballot.spent", "the prepared ballot was opened or signed already");
    this.#prepared = null;
    return prepared;
  }
}

const ACTS = ["start", "card", "prepare", "open", "sign", "order", "forget"];

/** Answer messages of a page. */
export function serve(scope) {
  const desk = new Desk();
  scope.onmessage = ({ data: { id, act, ...given } }) => {
    try {
      if (!ACTS.includes(act)) throw new Flaw("worker.act", "no such act");
      scope.postMessage({ id, value: desk[act](given) });
    } catch (error) {
      // Only the code of a flaw leaves: a message could repeat what was typed.
      scope.postMessage({ id, flaw: error instanceof Flaw ? error.code : "worker.crash" });
    }
  };
}

if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) serve(globalThis);
