/**
 * The third step on the screen: one panel for each thing that is known of the ballot.
 */

import { ACCEPTED, Casting, makePending, NOT_RECORDED, RECORDED, SENDING, UNKNOWN } from "./casting.mjs";
import { at, hide, show } from "./page.mjs";

const PANELS = {
  [SENDING]: "sending",
  [ACCEPTED]: "accepted",
  [RECORDED]: "recorded",
  [NOT_RECORDED]: "not-recorded",
  [UNKNOWN]: "unknown",
};
export const ALL_PANELS = [...Object.values(PANELS), "fresh-form", "login-needed"];

// Refusals after which this ballot can never be recorded, and no other either.
const FINAL = new Set(["election.closed", "credential.taken", "credential.unknown"]);

export class CastPage {
  #casting;
  #gate;
  #http;
  #desk;
  #vote;
  #say;
  #credential = null;
  #shown = null;
  #stale = false; // the last refusal was about the order, not about the ballot

  constructor({ gate, http, desk, vote, say, turn, announce, onRecorded, onNewBallot }) {
    Object.assign(this, { turn, announce, onRecorded });
    this.#gate = gate;
    this.#http = http;
    this.#desk = desk;
    this.#vote = vote;
    this.#say = say;
    this.#casting = new Casting({
      http: {
        post: (url, value) => gate.through(() => http.post(url, value)),
        get: (url) => http.get(url),
      },
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      store: keeper(vote.uuid),
      report: (state, facts) => this.#show(state, facts),
      vote,
    });
    at("send-again").addEventListener("click", () => this.#again());
    at("new-ballot").addEventListener("click", () => {
      this.#casting.stop();
      onNewBallot();
    });
    at("start-over").addEventListener("click", () => this.#casting.stop());
    at("print").addEventListener("click", () => window.print());
  }

  /** A ballot that was on its way when the page was reloaded: true when there is one. */
  resume() {
    const pending = keeper(this.#vote.uuid).load();
    if (pending === null) return false;
    this.turn("cast");
    this.#casting.resume(pending);
    return true;
  }

  /** Sign the prepared ballot at this place of its card's order. */
  async sign(credential, { sequence, previous }) {
    this.#credential = credential;
    return makePending(await this.#desk.ask("sign", { sequence, previous }));
  }

  /** Send what was signed; from here on only the service's answers say what happened. */
  async send(pending) {
    this.turn("cast");
    await this.#casting.send(pending);
  }

  /** Something broke on this page after a ballot was sent: ask what became of it. False when none was sent. */
  recover() {
    const { pending, state } = this.#casting;
    if (pending === null || state === RECORDED) return pending !== null;
    this.turn("cast");
    this.#casting.resume(pending);
    return true;
  }

  async #again() {
    const { pending } = this.#casting;
    if (!this.#stale) {
      await this.#casting.send(pending);
      return;
    }
    // The same ballot at a later place: only the order statement is signed again.
    this.#panel(PANELS[SENDING]);
    try {
      const answer = await this.#gate.through(() =>
        this.#http.post(`${this.#vote.url}/next`, { credential: this.#credential }),
      );
      if (answer.status !== 200) {
        this.#show(NOT_RECORDED, { pending, refusal: answer.value });
        return;
      }
      const { sequence, previous } = answer.value;
      const order = await this.#desk.ask("order", { sequence, previous, digest: pending.digest });
      await this.#casting.send(makePending({ ...pending, ...order }));
    } catch {
      this.#panel(PANELS[NOT_RECORDED]);
    }
  }

  #show(state, { pending, refusal, suspicious, index, acceptance }) {
    if (acceptance !== undefined) offerAcceptance(acceptance);
    if (state === RECORDED) {
      const moment = new Intl.DateTimeFormat(document.documentElement.lang, {
        dateStyle: "full",
        timeStyle: "short",
        hourCycle: "h23",
        timeZone: "Europe/Athens",
      }).format(new Date());
      at("recorded-when").textContent = this.#say("recorded_when", { moment, index });
      at("recorded-code").textContent = pending.code;
      at("track").href = `${this.#vote.url}/tracker?code=${encodeURIComponent(pending.code)}`;
      this.onRecorded();
    }
    if (state === NOT_RECORDED) this.#explain(refusal);
    if (state === UNKNOWN) {
      at("unknown-code").textContent = pending.code;
      at("suspicious").hidden = !suspicious;
    }
    this.#panel(PANELS[state]);
  }

  #explain(refusal) {
    this.#stale = refusal?.code === "order.stale";
    const canSign = this.#credential !== null;
    at("refused-why").textContent =
      refusal === null ? this.#say("lost") : this.#stale ? this.#say(canSign ? "stale" : "stale_reloaded") : refusal.sentence;
    at("refused-advice").textContent = refusal === null || this.#stale ? "" : refusal.advice;
    const final = refusal !== null && FINAL.has(refusal.code);
    const spent = refusal !== null && !this.#stale && !final;
    at("send-again").hidden = final || spent || (this.#stale && !canSign);
    at("new-ballot").hidden = !(spent && canSign);
    at("start-over").hidden = canSign || !(spent || this.#stale);
  }

  #panel(name) {
    hide(...ALL_PANELS.filter((other) => other !== name));
    show(name);
    const title = at(name).querySelector(".notice-title, h2");
    // Panels that only report progress do not pull the focus; the outcome does, once.
    if (name !== this.#shown && name !== "sending" && name !== "accepted") title.focus();
    if (name !== this.#shown) this.announce(title.textContent);
    this.#shown = name;
  }
}

/** The signed acceptance as a file: whoever keeps it can prove that this ballot was taken (BB-05). */
function offerAcceptance(note) {
  const href = URL.createObjectURL(new Blob([note], { type: "text/plain" }));
  for (const link of document.querySelectorAll("a.acceptance-file")) {
    URL.revokeObjectURL(link.href);
    link.href = href;
    link.hidden = false;
  }
}

/** What survives a reload, and nothing that tells a choice (CL-11). */
function keeper(uuid) {
  const key = `kalpi-ballot-${uuid}`;
  return {
    save: (pending) => attempt(() => window.sessionStorage.setItem(key, JSON.stringify(pending))),
    clear: () => attempt(() => window.sessionStorage.removeItem(key)),
    load: () => attempt(() => JSON.parse(window.sessionStorage.getItem(key))),
  };
}

/** Storage may be switched off; then a reload asks the voter to look for the code instead. */
function attempt(action) {
  try {
    return action() ?? null;
  } catch {
    return null;
  }
}
