/**
 * The two log entries that a voter's device can spell by itself, so that no server is asked what was logged; mirrors
 * the rows "ballot" and "challenged" of audit/entry.py.
 */

import { compact, toHex } from "./encoding.mjs";

/** The entry of one ballot. `ballot` and `order` are SHA-256 digests (32 bytes), `length` the ballot's in bytes. */
export function makeBallot({ referendum, ballot, length, order }) {
  return compact({ type: "kalpi/ballot/v1", referendum, ballot: toHex(ballot), length, order: toHex(order) });
}

/** The entry that voids a code; `code` as people see it, 43 characters. */
export function makeChallenged({ referendum, code }) {
  return compact({ type: "kalpi/challenged/v1", referendum, code });
}
