/**
 * Small things every page with modules needs: its words, its elements, its requests. Text enters the page as text,
 * never as markup (CL-01, CL-06).
 */

const REQUEST_TIMEOUT = 30_000; // milliseconds

/** The JSON that the template left in a script element of type application/json. */
export function given(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** The page's words by key; `{name}` is replaced by what is given. */
export function speaker(strings) {
  return (key, fields = {}) => {
    if (!Object.hasOwn(strings, key)) throw new Error(`no words for ${key}`);
    return strings[key].replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? String(fields[name]) : whole));
  };
}

export function at(id) {
  return document.getElementById(id);
}

/** An element with properties and attributes; children are nodes or text. */
export function make(tag, { attributes = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function show(...ids) {
  for (const id of ids) at(id).hidden = false;
}

export function hide(...ids) {
  for (const id of ids) at(id).hidden = true;
}

/** Show one of several sections and bring keyboard and screen reader to its heading. */
export function turnTo(id, all) {
  hide(...all.filter((other) => other !== id));
  show(id);
  at(id).querySelector("h1, h2, h3, .notice-title")?.focus();
  window.scrollTo({ top: 0 });
}

/** Put an error beside a field, or take it away with an empty sentence. `name` as in the macros of _form.html. */
export function blame(name, sentence) {
  const [field, words] = [at(name), at(`${name}-error`)];
  words.textContent = sentence;
  words.hidden = sentence === "";
  field.closest(".field").classList.toggle("wrong", sentence !== "");
  if (sentence === "") field.removeAttribute("aria-invalid");
  else {
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }
}

/** Requests to this service: { status, value } with the JSON of the answer or null. Throws when nothing came back. */
export class Http {
  #csrf;

  constructor(csrf) {
    this.#csrf = csrf;
  }

  get(url) {
    return this.#send(url, { headers: { accept: "application/json" } });
  }

  post(url, value) {
    const headers = {
      accept: "application/json",
      "content-type": "application/json",
      "x-csrf-token": this.#csrf,
    };
    return this.#send(url, { method: "POST", headers, body: JSON.stringify(value) });
  }

  /** The form token belongs to a login; after another login this page's own address gives the new one. */
  async renew() {
    const text = await (await fetch(window.location.pathname, { cache: "no-store" })).text();
    const found = /"csrf": ?"([0-9a-f]{40})"/.exec(text);
    if (found !== null) this.#csrf = found[1];
  }

  async #send(url, options) {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT);
    const response = await fetch(url, { cache: "no-store", redirect: "error", ...options, signal });
    const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
    return { status: response.status, value: isJson ? await response.json() : null };
  }
}

/** The exact bytes of a public file of this service. */
export async function bytesAt(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT) });
  if (!response.ok) throw new Error(`${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
