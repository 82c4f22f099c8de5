/**
 * The voting card: a printed code, from it a master key, and for each election a credential nobody can link; mirrors
 * crypto/card.py, without the making of codes.
 *
 * Source: DESIGN.md section 2, "Who may vote"; crypto/PROTOCOL.md section 7. Alphabet: Crockford's base 32.
 */

import { utf8 } from "./encoding.mjs";
import { Malformed } from "./errors.mjs";
import { CARD, CREDENTIAL, hashToField } from "./transcript.mjs";

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const CODE_LENGTH = 26; // characters of 5 bits each: 130 bits; one check character follows them
export const GROUP_LENGTH = 3; // as printed: nine groups of three, three groups a line

// Letters that are read for one another, and those that a Greek keyboard types where a Latin one is meant, as far as
// key and shape agree.
const READ_AS = [
  ["OIL", "011"],
  ["\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a4\u03a7\u03a5", "ABEZH1KMN0TXY"],
];
const ACCEPTED = accepted();
const SEPARATORS = new Set(" \t\r\n\u00a0\u2009\u202f-\u2010\u2011\u2012\u2013\u2014\u2212");

/**
 * The 26 characters of a code in their one spelling, from what a person typed or scanned.
 *
 * Throws Malformed: card.characters, card.length, card.check. The sentences never repeat what was typed.
 */
export function parseCode(text) {
  if ([...text].length > 200) throw new Malformed("card.length", `${CODE_LENGTH + 1} characters were expected`);
  const characters = [...text].filter((character) => !SEPARATORS.has(character));
  if (characters.some((character) => !ACCEPTED.has(character))) {
    throw new Malformed("card.characters", "a code has only digits and Latin letters");
  }
  if (characters.length !== CODE_LENGTH + 1) {
    throw new Malformed("card.length", `${CODE_LENGTH + 1} characters were expected`);
  }
  const values = characters.map((character) => ACCEPTED.get(character));
  const check = values.pop();
  if (checkValue(values) !== check) {
    throw new Malformed("card.check", "the check character does not fit: one of the characters is wrong");
  }
  return utf8(values.map((value) => ALPHABET[value]).join(""));
}

/** x, from a code as `parseCode` gives it. Only the voter's device, and the authority while printing, know it. */
export function masterSecret(group, code) {
  return hashToField(group, CARD, utf8(group.name), code);
}

/** P = g^x: what the authority keeps of a card. */
export function masterPublic(group, code) {
  return group.generatorPower(masterSecret(group, code));
}

/** h, which makes the credential of one election out of P. */
export function credentialFactor(group, master, uuid) {
  return hashToField(group, CREDENTIAL, utf8(group.name), utf8(group.encode(master)), utf8(uuid));
}

/** P^h: what stands in the election's list. */
export function publicCredential(group, master, uuid) {
  return group.power(master, credentialFactor(group, master, uuid));
}

/** x h mod q: signs for the credential of this card in this election. */
export function votingKey(group, code, uuid) {
  const secret = masterSecret(group, code);
  return group.reduce(secret * credentialFactor(group, group.generatorPower(secret), uuid));
}

function accepted() {
  const values = new Map([...ALPHABET].map((character, value) => [character, value]));
  const letters = new Map(values);
  for (const [typed, meant] of READ_AS) {
    [...typed].forEach((letter, place) => letters.set(letter, values.get(meant[place])));
  }
  for (const [letter, value] of [...letters]) letters.set(letter.toLowerCase(), value);
  return letters;
}

/** The check character's value: a code over GF(32) that notices any wrong character and any two exchanged. */
function checkValue(values) {
  let state = 1; // so that a row of zeros is no code
  for (const value of [...values, 0]) state = double(state) ^ value;
  return state;
}

/** Multiply by x modulo x^5 + x^2 + 1, whose powers of x run through all 31 non-zero elements. */
function double(value) {
  return (value << 1) ^ (value & 16 ? 0b100101 : 0);
}
