/**
 * The text by which a device hands an opened ballot to another: unsigned ballot, choices, randomness.
 */

import { array, integer, members, parseJson, string, utf8 } from "./encoding.mjs";
import { InvalidProof, Malformed } from "./errors.mjs";
import { checkOpening } from "./sealing.mjs";

export const OPENING_LIMIT = 1024 * 1024; // bytes

/** The object that is written as JSON. */
export function encodeOpening(election, { unsigned, selections, randomness }) {
  return {
    kalpi_opening: 1,
    election: election.fingerprint,
    ballot: new TextDecoder().decode(unsigned),
    selections,
    randomness: randomness.map((row) => row.map(String)),
  };
}

/** Read such a text and compute the ballot again: { code, selections }. Throws Malformed, InvalidProof. */
export function readOpening(raw, election) {
  const value = parseJson(raw, { sizeLimit: OPENING_LIMIT });
  members(value, ["kalpi_opening", "election", "ballot", "selections", "randomness"]);
  if (value.kalpi_opening !== 1) throw new Malformed("opening.version", "version 1 was expected");
  if (value.election !== election.fingerprint) {
    throw new InvalidProof("opening.election", "the ballot was made for another election");
  }
  const selections = rows(value.selections).map((row) => row.map((bit) => integer(bit, { largest: 1 })));
  const randomness = rows(value.randomness).map((row) => row.map((text) => election.group.decodeScalar(text)));
  const unsigned = utf8(string(value.ballot, { longest: OPENING_LIMIT }));
  return { code: checkOpening(election, unsigned, selections, randomness), selections };
}

function rows(value) {
  return array(value).map((row) => array(row));
}
