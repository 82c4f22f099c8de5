// Any bytes become a value or one Malformed (CR-08 to CR-14).

import assert from "node:assert/strict";
import test from "node:test";

import * as encoding from "../../templates/static/booth/encoding.mjs";
import { Malformed } from "../../templates/static/booth/errors.mjs";
import { BELENIOS_2048, ED25519 } from "../../templates/static/booth/group.mjs";
import { refused, text } from "./vectors.mjs";

const parse = (json) => encoding.parseJson(text(json));

test("CR-13 CR-14 one strict reader: each of these is malformed, by name", () => {
  const cases = {
    "json.syntax": [
      "", "{", "[1,]", '{"a":1,}', "NaN", "Infinity", "\ufeff{}", '"\\ud800"', '"\\udc00\\ud800"', "{} {}", "'a'",
      '"\u0001"', "01", "+1", "1e400", "1.0", "0x10", "\u0661", "nul", '{a:1}', '{"a" 1}',
    ],
    "json.number": ["-0", "12345678901234567", "9".repeat(5000)],
    "json.duplicate": ['{"a":1,"a":2}', '{"__proto__":1,"__proto__":2}'],
    "json.depth": ["[".repeat(17) + "]".repeat(17), "[".repeat(200_000)],
  };
  for (const [code, list] of Object.entries(cases)) for (const json of list) refused(() => parse(json), code);
  refused(() => encoding.parseJson(Uint8Array.of(0x22, 0xff, 0x22)), "json.syntax");
  refused(() => encoding.parseJson(new Uint8Array(encoding.SIZE_LIMIT + 1)), "json.size");
});

test("the honest twins are read", () => {
  assert.deepEqual(parse(' [1, "\\u03ba", true, null, {"a": []}] '), [1, "κ", true, null, { __proto__: null, a: [] }]);
  assert.equal(parse('{"__proto__":1}').__proto__, 1);
  assert.equal(parse("[".repeat(16) + "]".repeat(16)).length, 1);
});

test("CR-13 white space, another order, another spelling: not the compact bytes", () => {
  for (const json of ['{"a": 1}', '"\\u0061"', '"\\/"', "[1] ", '{"2":1,"1":2}']) {
    refused(() => encoding.parseCompact(text(json)), "json.noncanonical");
  }
  assert.deepEqual(encoding.parseCompact(text('["κάλπη \\"\\\\\\n"]')), ['κάλπη "\\\n']);
});

test("CR-10 a scalar has one spelling", () => {
  const { order } = ED25519;
  for (const spelling of ["+7", " 7", "07", "-1", "1_0", "٣", "7 ", "0x7", "", `${order}`, 7, null, "9".repeat(2000)]) {
    refused(() => ED25519.decodeScalar(spelling), "scalar.noncanonical");
  }
  assert.equal(ED25519.decodeScalar(`${order - 1n}`), order - 1n);
  assert.equal(ED25519.decodeScalar("0"), 0n);
});

test("CR-08 CR-09 of the thirteen points only the first is an element", () => {
  const point = ED25519.generatorPower(7n);
  const little = (bytes) => encoding.toHex(Uint8Array.from(bytes).reverse());
  const orderTwo = little([0xec, ...Array(30).fill(0xff), 0x7f]);
  const small = [
    orderTwo,
    little(Array(32).fill(0)), // order 4
    little(encoding.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")), // order 8
  ];
  const torsion = small.map((hex) => point.constructor.fromBytes(encoding.fromHex(hex).reverse(), true));
  const mixed = torsion.map((low) => ED25519.encode(point.add(low)));
  const noncanonical = [
    little([0xed, ...Array(30).fill(0xff), 0x7f]),
    little([0xee, ...Array(30).fill(0xff), 0x7f]),
    little([1, ...Array(30).fill(0), 0x80]),
    little([2, ...Array(31).fill(0)]),
    "f".repeat(64),
  ];
  for (const hex of [...small, ...mixed, ...noncanonical]) refused(() => ED25519.decode(hex), "point.subgroup");
  refused(() => ED25519.decode(little([1, ...Array(31).fill(0)])), "point.identity");
  const hex = ED25519.encode(point);
  for (const spelling of [hex.toUpperCase(), hex.slice(1), `0${hex}`, `${hex} `, 7, null]) {
    if (spelling !== hex) refused(() => ED25519.decode(spelling), "point.encoding");
  }
  assert.ok(ED25519.equal(ED25519.decode(hex), point));
});

test("BELENIOS-2048 refuses what is not in its subgroup", () => {
  const { modulus } = BELENIOS_2048;
  for (const spelling of ["0", `${modulus}`, `${modulus + 1n}`, "01", "-1", "x"]) {
    refused(() => BELENIOS_2048.decode(spelling), "point.encoding");
  }
  for (const number of [2n, modulus - 1n]) refused(() => BELENIOS_2048.decode(`${number}`), "point.subgroup");
  refused(() => BELENIOS_2048.decode("1"), "point.identity");
});

test("CR-11 an honest identity is written, read where it may stand, and powers of it are it", () => {
  for (const group of [ED25519, BELENIOS_2048]) {
    assert.ok(group.equal(group.decodeAny(group.encode(group.identity)), group.identity));
    assert.ok(group.equal(group.power(group.identity, 5n), group.identity));
    assert.ok(group.equal(group.power(group.generator, 0n), group.identity));
    assert.ok(group.equal(group.vartimePower(group.generator, group.order), group.identity));
  }
});

test("2,000 mutations of a value never end in another error than Malformed", () => {
  const raw = text('{"a":[1,"κ\\n",{"b":true}],"c":"12"}');
  let state = 1;
  for (let round = 0; round < 2000; round += 1) {
    const bytes = raw.slice();
    for (let change = 0; change < 3; change += 1) {
      state = (state * 48271) % 2147483647;
      bytes[state % bytes.length] = (state >> 8) % 256;
    }
    try {
      encoding.parseCompact(bytes);
    } catch (flaw) {
      assert.ok(flaw instanceof Malformed, flaw.stack);
    }
  }
});
