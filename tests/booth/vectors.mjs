// Where the vectors stand that Python and JavaScript share, and the small things every test here needs.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

import { utf8 } from "../../templates/static/booth/encoding.mjs";

export const VECTORS = new URL("../vectors/", import.meta.url);
export const ROOT = new URL("../../", import.meta.url);

export function bytesOf(path) {
  return new Uint8Array(readFileSync(new URL(path, VECTORS)));
}

export function vector(path) {
  return JSON.parse(readFileSync(new URL(path, VECTORS), "utf-8"));
}

export function filesIn(path) {
  return readdirSync(new URL(path, VECTORS)).sort();
}

/** A source of scalars that gives these decimals in order, and remembers that all were used. */
export function listed(decimals) {
  const rest = decimals.map(BigInt);
  const draw = () => {
    assert.ok(rest.length > 0, "more scalars were drawn than listed");
    return rest.shift();
  };
  draw.rest = rest;
  return draw;
}

/** That `action` throws a Flaw with one of these codes. */
export function refused(action, ...codes) {
  assert.throws(action, (flaw) => {
    assert.ok(codes.includes(flaw.code), `expected ${codes.join(" or ")}, got ${flaw.code ?? flaw.stack}`);
    return true;
  });
}

export const text = utf8;
