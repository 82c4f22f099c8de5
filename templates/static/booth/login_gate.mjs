/**
 * Requests that may need a login that is fresh: asked for on the page, without losing the choice, then repeated.
 */

import { at, blame } from "./page.mjs";

export class LoginGate {
  #http;
  #turn;

  /** `turn(panel)` shows a panel of the page and returns a function that goes back to what was shown. */
  constructor(http, turn) {
    this.#http = http;
    this.#turn = turn;
  }

  /** The answer of `call`, once the login is good enough for it. */
  async through(call) {
    let renewed = false;
    for (;;) {
      const answer = await call();
      const code = answer.value?.code;
      if (code === "login.stale") await this.#freshCode();
      else if (code === "login.needed") await this.#loginAgain();
      else if (code === "request.token" && !renewed) {
        renewed = true;
        await this.#http.renew();
      } else return answer;
    }
  }

  async #freshCode() {
    const back = this.#turn("fresh-form");
    const field = at("totp");
    field.value = "";
    blame("totp", "");
    field.focus();
    for (;;) {
      await submission(at("fresh-form"));
      const answer = await this.#askFresh(field.value.trim());
      if (answer === null) break;
      field.value = "";
      blame("totp", answer);
    }
    back();
  }

  /** Null when the code was right, otherwise the sentence to show. */
  async #askFresh(code) {
    try {
      const { status, value } = await this.#http.post("/login/fresh", { code });
      if (status >= 200 && status < 300) {
        // A step-up may have renewed the login cookie, and the form token with it.
        await this.#http.renew();
        return null;
      }
      return value?.sentence ?? this.silence;
    } catch {
      return this.silence;
    }
  }

  async #loginAgain() {
    const back = this.#turn("login-needed");
    await new Promise((resolve) => at("logged-in").addEventListener("click", resolve, { once: true }));
    await this.#http.renew();
    back();
  }
}

function submission(form) {
  return new Promise((resolve) => {
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        resolve();
      },
      { once: true },
    );
  });
}
