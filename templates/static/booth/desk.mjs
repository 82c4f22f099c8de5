/**
 * The page's end of the worker: asks for an act and awaits its value.
 */

import { Flaw } from "./errors.mjs";

const WORKER = "/static/booth/worker.mjs";

export class WorkerDesk {
  #worker;
  #waiting = new Map();
  #last = 0;

  constructor() {
    this.#worker = new Worker(trusted(WORKER), { type: "module" });
    this.#worker.onmessage = ({ data: { id, value, flaw } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (flaw === undefined) resolve(value);
      else reject(new Flaw(flaw, "refused by the worker"));
    };
    this.#worker.onerror = () => this.#fail();
  }

  ask(act, given = {}) {
    return new Promise((resolve, reject) => {
      this.#last += 1;
      this.#waiting.set(this.#last, { resolve, reject });
      this.#worker.postMessage({ id: this.#last, act, ...given });
    });
  }

  /** The worker and every secret in it are gone. */
  dismiss() {
    this.#worker.terminate();
    this.#fail();
  }

  #fail() {
    for (const { reject } of this.#waiting.values()) reject(new Flaw("worker.crash", "the worker stopped"));
    this.#waiting.clear();
  }
}

/** The one address that may become a script here (Trusted Types policy "kalpi", CL-06). */
function trusted(address) {
  if (window.trustedTypes === undefined) return address;
  const policy = window.trustedTypes.createPolicy("kalpi", {
    createScriptURL: (url) => {
      if (url !== WORKER) throw new TypeError("not our worker");
      return url;
    },
  });
  return policy.createScriptURL(address);
}
